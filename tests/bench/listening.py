"""Listening measured on a virtual sound output: similarity, offset, drift, and what it costs the run.

``python -m tests.bench.listening [SECONDS]`` streams the bundled conversation to the built-in endpoint, over and over,
and listens to it; what the output plays is captured from the null sink's monitor and compared with the file, second by
second, at the moments when the plan sends it. The same run follows without listening, for pacing and latency.
``--alternate N`` runs both N times, in turn, instead of once.

The offset includes the delay of the capture itself (10 ms were requested of it), with a negative sign.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from flux_desktop.audio.listening.client import ListeningProcess
from flux_desktop.audio.listening.protocol import Hear, ListeningReport
from flux_desktop.audio.listening.tape import Segment
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.engine.records.audio_events import AudioStarted
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.supervisor import Supervisor
from tests.audio.monitor import RATE_HZ, Monitor, match
from tests.audio.virtual_microphone import virtual_microphone

SAMPLE = resource_path(SAMPLE_RECORDING)
CONNECTIONS = 4
SAME = 0.9
"""Similarity from which on a second of sound counts as found."""
SETTLING_S = 5


class Bench:
    """One run after another, with or without somebody who listens."""

    def __init__(self, seconds: float, sessions: Path) -> None:
        self.seconds = seconds
        self._sessions = sessions
        self.zero_s = 0.0
        self.reports: list[ListeningReport] = []

    async def run(self, *, listens: bool) -> RunEnded:
        """Stream, and listen to the first connection."""
        plan = RunPlan(
            endpoint="local",
            source=WavSource(path=str(SAMPLE), loop=True),
            connections=CONNECTIONS,
            duration_s=self.seconds,
        )
        async with asyncio.TaskGroup() as group:

            def take(event: Event) -> None:
                if isinstance(event, AudioStarted) and event.conn == 1:
                    self.zero_s = event.monotonic_s
                    if listens:
                        group.create_task(self._listen(over))

            over = asyncio.Event()
            ended = await Supervisor(take, sessions_dir=self._sessions).run(plan)
            over.set()
        return ended

    async def _listen(self, over: asyncio.Event) -> None:
        listening = ListeningProcess(RATE_HZ)
        listening.send(Hear(segments=[Segment(path=str(SAMPLE), at_s=0.0, repeats=True)], zero_s=self.zero_s))
        ending = asyncio.ensure_future(over.wait())
        async with contextlib.aclosing(listening.reports()) as reports:
            async for report in reports:
                self.reports.append(report)
                if ending.done():
                    return


def print_run(name: str, ended: RunEnded) -> None:
    """Pacing and latency of one run, with their numbers."""
    pacing, update = ended.pacing, ended.update
    print(
        f"{name}: pacing p99 {pacing.p99_ms:.2f} ms (n {pacing.n}), "
        f"update p50 {update.p50_ms:.1f} p95 {update.p95_ms:.1f} p99 {update.p99_ms:.1f} ms (n {update.n})",
        flush=True,
    )


def print_heard(bench: Bench, monitor: Monitor) -> None:
    """Similarity and offset of every second, and their drift."""
    wav = np.frombuffer(open_recording(SAMPLE).pcm(), "<i2")
    origin_s, sound = monitor.captured()
    first = max(0, round((bench.zero_s + SETTLING_S - origin_s) * RATE_HZ))
    last = min(len(sound), round((bench.zero_s + bench.seconds - 1 - origin_s) * RATE_HZ))
    matches: list[tuple[float, float, float]] = []
    missed = silent = 0
    for at in range(first, last - RATE_HZ, RATE_HZ):
        heard_s = origin_s + at / RATE_HZ
        one = match(sound[at : at + RATE_HZ], heard_s, wav, bench.zero_s)
        if one is None:
            silent += 1
        elif one.correlation < SAME:
            missed += 1
        else:
            matches.append((heard_s - bench.zero_s, one.correlation, one.late_ms))
    if not matches:
        print("nothing was heard")
        return
    late = [each[2] for each in matches]
    print(
        f"heard {len(matches)} s, {missed} s not like the file, {silent} s silent; "
        f"correlation median {statistics.median(each[1] for each in matches):.4f}, "
        f"lowest {min(each[1] for each in matches):.4f}"
    )
    print(f"offset median {statistics.median(late):+.1f} ms, from {min(late):+.1f} to {max(late):+.1f} ms")
    edge = max(1, min(60, len(late) // 4))
    begin, end = statistics.median(late[:edge]), statistics.median(late[-edge:])
    print(
        f"drift between the first and last {edge} s, over {matches[-1][0] - matches[0][0]:.0f} s: {end - begin:+.2f} ms"
    )
    step = max(1, len(matches) // 12)
    print("offset over time: " + ", ".join(f"{at / 60:.1f} min {ms:+.1f}" for at, _, ms in matches[::step]))
    behind = [each.behind_s * 1000 for each in bench.reports if each.behind_s is not None]
    print(f"as the player itself reports: median {statistics.median(behind):+.2f} ms, n {len(behind)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=60.0)
    parser.add_argument("--alternate", type=int, default=1, metavar="N")
    arguments = parser.parse_args()
    patch = pytest.MonkeyPatch()
    with virtual_microphone(patch), TemporaryDirectory(prefix="flux-listening-") as folder:
        for _ in range(arguments.alternate):
            bench = Bench(arguments.seconds, Path(folder))
            monitor = Monitor()
            try:
                ended = asyncio.run(bench.run(listens=True))
            finally:
                monitor.close()
            print_run("listening", ended)
            print_heard(bench, monitor)
            print_run("silent   ", asyncio.run(Bench(arguments.seconds, Path(folder)).run(listens=False)))
    patch.undo()


if __name__ == "__main__":
    main()
