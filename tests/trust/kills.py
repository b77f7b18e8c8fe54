"""Kills real runs at random moments with SIGKILL, and looks at what is left of them.

Usage: python -m tests.trust.kills [KILLS [AT_ONCE [SEED]]]      default: 200 kills, 4 at once

One of four is killed: the front end, the worker, the built-in endpoint, or all of them in the same moment. Of each run
every recording must open, hold all that the front end had heard until a second before, and leave no process and, once
the program has been started again, no file behind. Exit status: 0 if so, 1 if not, 2 where there is no
/proc to find processes by.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from flux_desktop.base.private_folder import private_folder
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.running import is_running
from flux_desktop.engine.recording.recording_file import recording_files
from flux_desktop.engine.recording.session_folder import create_session
from flux_desktop.engine.records.events import RunStarted, decode_event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.local_endpoint.http.server import FOLDER_PREFIX
from flux_desktop.ui.services.past_run import read_past_run
from tests.recordings import content

TARGETS = ("front end", "worker", "endpoint", "all")
MODULES = {"worker": "flux_desktop.engine.worker.worker", "endpoint": "flux_desktop.local_endpoint"}
MARK = "FLUX_KILLED_RUN"
STARTING_SHARE = 0.25
"""Of the kills come while the run is still being prepared."""
STARTING_S, RUNNING_S = 2.0, 4.0
"""The longest that a kill comes after the front end was started, and after it first told of the run."""
LOST_MAX_S = 1.0
GONE_MAX_S = 20.0
ENDS_MAX_S = 60.0
"""A front end whose streams are lost tries to open them again before it gives up."""


@dataclass
class Outcome:
    """What one kill has left."""

    target: str
    received_events: int = 0
    recordings: int = 0
    lost: int = 0
    lost_s: float = 0.0
    """How long before the last event that was heard the oldest one that is not recorded was told."""
    faults: list[str] = field(default_factory=list)


@dataclass
class Report:
    """All kills together."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [f"{outcome.target}: {fault}" for outcome in self.outcomes for fault in outcome.faults]

    def lines(self) -> list[str]:
        """The counts, for a person."""
        by_target = Counter(outcome.target for outcome in self.outcomes)
        opened = sum(outcome.recordings for outcome in self.outcomes)
        return [
            f"{len(self.outcomes)} kills: " + ", ".join(f"{count} × {name}" for name, count in by_target.items()),
            f"{opened} recordings, all of which opened; in {len(self.outcomes) - opened} runs none had been begun",
            f"{sum(outcome.received_events for outcome in self.outcomes)} events heard, "
            f"{sum(outcome.lost for outcome in self.outcomes)} of them not recorded, the oldest "
            f"{max((outcome.lost_s for outcome in self.outcomes), default=0.0):.2f} s before the last one",
            f"{len(self.faults)} faults",
            *self.faults,
        ]


async def carry_out(kills: int, at_once: int, seed: int, starting_share: float = STARTING_SHARE) -> Report:
    """Carry out so many kills, so many at a time; the targets take turns, the moments are random."""
    chance = random.Random(seed)
    room = asyncio.Semaphore(at_once)
    report = Report()

    async def one(target: str, wait_s: float, running: bool) -> None:
        async with room:
            report.outcomes.append(await kill_once(target, wait_s, running=running))

    async with asyncio.TaskGroup() as group:
        for number in range(kills):
            running = chance.random() >= starting_share
            wait_s = chance.uniform(0.0, RUNNING_S if running else STARTING_S)
            group.create_task(one(TARGETS[number % len(TARGETS)], wait_s, running))
    return report


async def kill_once(target: str, wait_s: float, *, running: bool) -> Outcome:
    """Start a run, kill `target` (one of `TARGETS`), and look.

    It is killed `wait_s` after the start, or with `running` after the run was first told of; a child that has not been
    started by then, as soon as it is there.
    """
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        folder = Path(name)
        sessions, temporary = folder / "sessions", folder / "tmp"
        temporary.mkdir()
        mark = f"{os.getpid()}-{folder.name}"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.trust.victim",
            str(sessions),
            "silent",
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, MARK: mark, "TMPDIR": str(temporary)},
            limit=16 * 1024 * 1024,
        )
        assert process.stdout is not None
        outcome = Outcome(target)
        event_lines: list[bytes] = []
        first_event = asyncio.Event()

        async def listen() -> None:
            assert process.stdout is not None
            while line := await process.stdout.readline():
                event_lines.append(line)
                first_event.set()
            first_event.set()

        async with asyncio.TaskGroup() as group:
            group.create_task(listen())
            if running:
                await first_event.wait()
            await asyncio.sleep(wait_s)
            killed = await _kill(target, process.pid, mark)
            try:
                async with asyncio.timeout(ENDS_MAX_S):
                    await process.wait()
            except TimeoutError:
                outcome.faults.append(f"the front end has not ended {ENDS_MAX_S:.0f} s after the kill")
                process.kill()
        if left := await _left_running(mark, killed):
            outcome.faults.append(f"processes left: {left}")
        await asyncio.to_thread(_look, outcome, sessions, [line for line in event_lines if line.endswith(b"\n")])
        await asyncio.to_thread(_start_again, outcome, sessions, temporary)
    return outcome


async def _kill(target: str, front: int, mark: str) -> list[int]:
    """Kill it, and return whom; one of the children that has not been started yet is waited for."""
    deadline = time.monotonic() + GONE_MAX_S
    while True:
        running = await asyncio.to_thread(_running, mark)
        chosen = {
            "front end": [front],
            "all": [front, *(pid for pid in running if pid != front)],
        }.get(target) or [pid for pid, command in running.items() if MODULES.get(target, "-") in command.split()]
        if chosen or not running or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.02)
    for pid in chosen:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return chosen


def _running(mark: str) -> dict[int, str]:
    """The processes of a run, with their command lines."""
    wanted = f"{MARK}={mark}".encode()
    command_lines = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                command_lines[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return command_lines


async def _left_running(mark: str, killed: list[int]) -> list[str]:
    """The command lines of what does not leave; one that was killed has an empty environment before it is gone."""
    deadline = time.monotonic() + GONE_MAX_S
    while any(map(is_running, killed)) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    while (left := await asyncio.to_thread(_running, mark)) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return list(left.values())


def _look(outcome: Outcome, sessions: Path, event_lines: list[bytes]) -> None:
    """Whether the recording opens, and what of the events heard is not in it."""
    outcome.received_events = len(event_lines)
    folders = [path for path in sessions.glob("*") if not path.name.startswith(".")]
    for folder in folders:
        try:
            read_past_run(folder)
        except ProblemError as error:
            outcome.faults.append(f"a recording does not open: {error.problem.sentence()}")
        outcome.recordings += 1
        for path in (folder, *folder.iterdir()):
            if path.stat().st_mode & 0o077:
                outcome.faults.append(f"others can read {path.name}")
    recorded = {
        line for folder in folders for path in recording_files(folder) for line in content(path).splitlines(True)
    }
    times = [getattr(decode_event(line), "t", 0.0) for line in event_lines]
    lost = [t for t, line in zip(times, event_lines, strict=True) if line not in recorded]
    outcome.lost = len(lost)
    outcome.lost_s = max((max(times) - t for t in lost), default=0.0)
    if outcome.lost_s > LOST_MAX_S:
        outcome.faults.append(f"{len(lost)} events are lost, the oldest {outcome.lost_s:.2f} s old")


def _start_again(outcome: Outcome, sessions: Path, temporary: Path) -> None:
    """What the next start of the program does, and what is left after it."""
    shutil.rmtree(private_folder(FOLDER_PREFIX, temporary))
    plan = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
    create_session(sessions, RunStarted(t=0.0, wall_time="", plan=plan, version=""))
    litter = [path.name for path in (*temporary.iterdir(), *sessions.glob(".*"), *sessions.rglob("*.part"))]
    if litter:
        outcome.faults.append(f"left behind: {litter}")


def main() -> int:
    """Kill, and print the counts."""
    if not Path("/proc/self/environ").exists():
        print("The processes of a run are found by /proc, which this system does not have.", file=sys.stderr)
        return 2
    kills, at_once, seed = (*map(int, sys.argv[1:]), *(200, 4, time.time_ns() % 100_000)[len(sys.argv) - 1 :])
    print(f"{kills} kills, {at_once} at once, seed {seed}", flush=True)
    began_s = time.monotonic()
    report = asyncio.run(carry_out(kills, at_once, seed))
    print("\n".join(report.lines()))
    print(f"Took {time.monotonic() - began_s:.0f} s.")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
