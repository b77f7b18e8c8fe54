"""A cluster under kills, cuts and stops, its exactness, and how it scales; prints, asserts nothing.

``python -m tests.bench.cluster exact [--generators 3] [--streams 100]``
    one run of 3 × 100 streams: merged against pooled histograms, starts against the plan, peak load at the endpoint.
``python -m tests.bench.cluster linear [--share 0.25]``
    how many streams one generator with a share of a core carries, and three with the same share each; needs root.
``python -m tests.bench.cluster kills [--trials 30]``
    each trial kills, stops or cuts off a part of the cluster while it streams: how long the load lasted afterwards, and
    the highest load that the endpoint saw.
``python -m tests.bench.cluster exchanges [--generators 200]``
    CPU of the coordinator and of the run's process with so many simulated generators, projected to 1,000.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from flux_desktop.base.resources import resource_path
from flux_desktop.cluster.local_cluster import local_cluster
from flux_desktop.cluster.membership import Membership, to_line
from flux_desktop.cluster.messages import EXCHANGE_EVERY_S, LEASE_S
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.audio_events import AudioStarted
from flux_desktop.engine.records.events import ConnectionChanged, Histograms
from flux_desktop.engine.records.facts import ConnectionState
from tests.bench.process_figures import cpu_s
from tests.local_endpoint.conftest import running_endpoint

if TYPE_CHECKING:
    from distributed import Client

JOINED_MAX_S = 120.0
"""For generators that start on a busy machine."""
WAV = str(resource_path("sample_audio/conversation.wav"))


@contextlib.contextmanager
def cluster_in(home: Path, generators: int) -> Iterator[Membership]:
    """A cluster whose processes can be told by their environment."""
    os.environ["XDG_CACHE_HOME"], os.environ["XDG_DATA_HOME"] = str(home / "cache"), str(home / "data")
    try:
        with local_cluster(generators) as membership:
            yield membership
    finally:
        del os.environ["XDG_CACHE_HOME"], os.environ["XDG_DATA_HOME"]


def processes(home: Path, *words: str) -> list[int]:
    """Process numbers of the cluster in `home` whose command lines have all of the words."""
    pids = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if (
                all(word.encode() in command for word in words)
                and f"{home}".encode() in (entry / "environ").read_bytes()
            ):
                pids.append(int(entry.name))
    return pids


def open_streams(port: int) -> int:
    """Established TCP connections to the endpoint: one for each stream."""
    listed = subprocess.run(
        ["ss", "-Htn", "state", "established", f"dst 127.0.0.1:{port}"], check=True, capture_output=True, text=True
    ).stdout
    return len(listed.splitlines())


def run_command(info: dict[str, object], line: Path, sessions: Path, streams: int, *more: str) -> list[str]:
    """`flux-stress file` on the cluster, with the endpoint's keys."""
    return [
        *[sys.executable, "-P", "-m", "flux_desktop.cli.main", "file", "local"],
        *["--file", WAV, "--loop", "--connections", str(streams), "--cluster", str(line), "--forward-keys"],
        *["--endpoint-url", str(info["url"]), "--region", str(info["region"]), "--ca-bundle", str(info["ca_file"])],
        *["--sessions-dir", str(sessions), "--quiet", "--json", "--no-account", *more],
    ]


def environment(info: dict[str, object]) -> dict[str, str]:
    """With the endpoint's keys."""
    keys = {"AWS_ACCESS_KEY_ID": str(info["access_key"]), "AWS_SECRET_ACCESS_KEY": str(info["secret_key"])}
    return {**os.environ, **keys}


# ------------------------------------------------------------ exact

BATCH_DELAY_S = 0.5


def exact(generators: int, streams: int, seconds: float, batch_size: int) -> None:
    """One run on all generators; its figures against those of the recordings, its starts against the plan.

    With a `batch_size` so many connections are due every `BATCH_DELAY_S`, otherwise all at once.
    """
    with tempfile.TemporaryDirectory() as folder, running_endpoint("--recogniser", "silent") as info:
        home = Path(folder)
        with cluster_in(home, generators) as membership:
            line = home / "line"
            line.write_text(to_line(membership))
            total = generators * streams
            more = ["--duration", f"{seconds}s", "--generators", str(generators)]
            if batch_size:
                more += ["--batch-size", str(batch_size), "--batch-delay", f"{BATCH_DELAY_S}s"]
            command = run_command(info, line, home / "s", total, *more)
            peak, port = 0, int(str(info["url"]).rpartition(":")[2])
            with (
                (home / "summary").open("wb") as out,
                subprocess.Popen(command, env=environment(info), stdout=out) as process,
            ):
                while process.poll() is None:
                    peak = max(peak, open_streams(port))
                    time.sleep(0.2)
            summary = json.loads((home / "summary").read_bytes())
        session = Path(summary["session_folder"])
        print(
            f"{total} streams on {generators} generators: {summary['verdict']}, "
            f"{summary['ledger']['completed']} completed"
        )
        for reason in summary["reasons"]:
            print(f"  {reason}")
        pooled = {name: Histogram() for name in ("pacing", "update", "wire")}
        for event in read_session(session, messages=False):
            if isinstance(event, Histograms) and event.final:
                for name, histogram in pooled.items():
                    if name in event.encoded:
                        histogram.merge_encoded(event.encoded[name])
        for name, key in (
            ("pacing", "pacing_error"),
            ("update", "update_latency_user_clock"),
            ("wire", "update_latency_wire_clock"),
        ):
            own = msgspec.structs.asdict(pooled[name].percentiles())
            print(f"  {name}: merged {'=' if own == summary[key] else 'IS NOT'} pooled, {summary[key]}")
        opened: dict[int, float] = {}
        audio_starts: dict[int, float] = {}
        for event in read_session(session, messages=False):
            if isinstance(event, ConnectionChanged) and event.state is ConnectionState.CONNECTING:
                opened.setdefault(event.conn, event.t)
            elif isinstance(event, AudioStarted):
                audio_starts.setdefault(event.conn, event.t)
        # Connections 1 to k are the first of each generator, k + 1 to 2k the second, and so on: due at the same moment.
        for name, times in (("opened", opened), ("began their audio", audio_starts)):
            spreads = sorted(
                max(group) - min(group)
                for first in range(1, total + 1, generators)
                if len(group := [times[conn] for conn in range(first, first + generators) if conn in times]) > 1
            )
            print(
                f"  connections due at the same moment on different generators {name} within "
                f"{1000 * spreads[len(spreads) // 2]:.1f} ms (median), {1000 * spreads[-1]:.1f} ms (largest)"
            )
        if batch_size:
            start_s = min(opened.values())
            late_s = sorted(at_s - start_s - (conn - 1) // batch_size * BATCH_DELAY_S for conn, at_s in opened.items())
            p50_s, p95_s = late_s[len(late_s) // 2], late_s[len(late_s) * 95 // 100]
            print(
                f"  {len(late_s)} connections began to open after the planned moment by p50 {1000 * p50_s:.1f}, "
                f"p95 {1000 * p95_s:.1f}, at most {1000 * late_s[-1]:.1f} ms"
            )
        print(f"  peak at the endpoint {peak} of {total}")
        for row in summary["generators"]:
            print(f"  {row}")


# ------------------------------------------------------------ linear

CPU_GROUPS = Path("/sys/fs/cgroup/cpu")
PERIOD_US = 10_000


@contextlib.contextmanager
def cpu_share(name: str, share: float, processes_in: list[int]) -> Iterator[None]:
    """Give processes, and those that they start from now on, a share of one core (control groups, version 1)."""
    group = CPU_GROUPS / f"flux-bench-{os.getpid()}-{name}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD_US * share)))
        for number in processes_in:
            (group / "cgroup.procs").write_text(str(number))
        yield
    finally:
        # A group with processes cannot be removed; one that has ended is listed until it has been reaped.
        while numbers := (group / "cgroup.procs").read_text().split():
            for number in numbers:
                with contextlib.suppress(ProcessLookupError):
                    (CPU_GROUPS / "cgroup.procs").write_text(number)
            time.sleep(0.05)
        group.rmdir()


def linear(share: float, seconds: float) -> None:
    """The most streams that one generator with a share of a core carries, then three generators with the same share."""
    if not CPU_GROUPS.is_dir():
        print("not measured: the control group “cpu” of version 1 is not available")
        return
    single = 0
    for streams in range(20, 400, 20):
        if not carried(1, streams, share, seconds):
            break
        single = streams
    for factor in (1.0, 0.9, 0.8):
        each = max(1, int(single * factor))
        if carried(3, each, share, seconds):
            print(f"one carries {single} streams, three carry {3 * each}: {each / single:.2f} of linear")
            return
    print(f"one carries {single} streams, three less than 0.8 of three times that")


def carried(generators: int, streams: int, share: float, seconds: float) -> bool:
    """Whether so many streams on each generator keep pace: the run is not INVALID, and no chunk was late."""
    with tempfile.TemporaryDirectory() as folder, running_endpoint("--recogniser", "silent") as info:
        home = Path(folder)
        with cluster_in(home, generators) as membership, contextlib.ExitStack() as shares:
            line = home / "line"
            line.write_text(to_line(membership))
            # They import Dask with the whole machine's CPU, not with their share of it.
            asyncio.run(until_joined(membership, generators))
            for number in processes(home, "cluster", "join"):
                shares.enter_context(cpu_share(str(number), share, [number]))
            more = ("--duration", f"{seconds}s", "--generators", str(generators))
            command = run_command(info, line, home / "s", generators * streams, *more)
            with (home / "summary").open("wb") as out:
                subprocess.run(command, env=environment(info), stdout=out, stderr=subprocess.DEVNULL, check=False)
            summary = json.loads((home / "summary").read_bytes())
    pacing = summary["pacing_error"]
    keeps_pace = summary["verdict"] == "DONE" and summary["late_chunks"] == 0
    print(
        f"{generators} × {streams:3} streams, {100 * share:.0f} % of a core each: {summary['verdict']}, pacing p99 "
        f"{pacing['p99_ms']} ms, max {pacing['max_ms']} ms, {summary['late_chunks']} late of {summary['chunks_sent']}",
        flush=True,
    )
    return keeps_pace


async def until_joined(membership: Membership, generators: int) -> None:
    """Wait until so many generators have registered with the coordinator."""
    from flux_desktop.cluster.nodes import client

    async with asyncio.timeout(JOINED_MAX_S), client(membership, JOINED_MAX_S) as joined:
        await registered(joined, generators)


async def registered(joined: Client, generators: int) -> list[str]:
    """The addresses of the generators, once there are so many."""
    while len(known := (await joined.scheduler.identity(n_workers=-1))["workers"]) < generators:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return list(known)


# ------------------------------------------------------------ kills


def kills(trials: int, streams: int) -> None:
    """Trials of all kinds in turn, each on a fresh cluster of two generators."""
    kinds = (
        "generator killed",
        "generator stopped, continued",
        "coordinator killed",
        "run killed",
        "coordinator stopped",
    )
    print(
        "trial  what                           load ended after  peak of plan  exit  verdict       lost  others ended"
    )
    chance = random.Random(1)
    for trial in range(1, trials + 1):
        one_kill(trial, kinds[(trial - 1) % len(kinds)], streams, chance)


def one_kill(trial: int, kind: str, streams: int, chance: random.Random) -> None:
    """Stream, strike, and watch the load until it is gone."""
    with tempfile.TemporaryDirectory() as folder, running_endpoint("--recogniser", "silent") as info:
        home = Path(folder)
        with cluster_in(home, 2) as membership:
            line = home / "line"
            line.write_text(to_line(membership))
            port = int(str(info["url"]).rpartition(":")[2])
            command = run_command(info, line, home / "s", streams, "--duration", "14s", "--generators", "2")
            with subprocess.Popen(
                command, env=environment(info), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as process:
                peak = 0
                while open_streams(port) < streams:
                    time.sleep(0.05)
                time.sleep(chance.uniform(0.2, 2.0))
                struck_s, continued = time.monotonic(), []
                strike(kind, home, process.pid)
                # What a lost part carried; the rest goes on to the end of the plan.
                left = 0 if kind in {"coordinator killed", "run killed", "coordinator stopped"} else streams // 2
                while (now := open_streams(port)) > left:
                    peak = max(peak, now)
                    if time.monotonic() - struck_s > 30:
                        break
                    time.sleep(0.02)
                ended_s = time.monotonic() - struck_s
                if kind in {"generator stopped, continued", "coordinator stopped"}:
                    time.sleep(max(0.0, LEASE_S + 1 - ended_s))
                    continued = [number for number in processes(home, "cluster") if _signal(number, signal.SIGCONT)]
                while process.poll() is None:
                    peak = max(peak, open_streams(port))
                    time.sleep(0.05)
                after = open_streams(port)
                assert process.stdout is not None
                text = process.stdout.read()
        summary = json.loads(text) if text.strip() else {}
        ledger = summary.get("ledger", {})
        lost = ledger.get("generator lost", 0)
        print(
            f"{trial:5}  {kind:<30} {ended_s:>10.2f} s {max(peak, after):>9} of {streams:<4} {process.returncode:>5}  "
            f"{summary.get('verdict', '-'):<12} {lost:>5} {sum(ledger.values()) - lost:>10}"
            f"{'' if not continued else '   continued'}",
            flush=True,
        )


def strike(kind: str, home: Path, run: int) -> None:
    """Do it."""
    generator = processes(home, "cluster", "join")[0]
    (coordinator,) = processes(home, "cluster", "coordinate")
    match kind:
        case "generator killed":
            _signal(generator, signal.SIGKILL)
        case "generator stopped, continued":
            _signal(generator, signal.SIGSTOP)
        case "coordinator killed":
            _signal(coordinator, signal.SIGKILL)
        case "coordinator stopped":
            _signal(coordinator, signal.SIGSTOP)
        case _:
            _signal(run, signal.SIGKILL)


def _signal(number: int, what: signal.Signals) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, what)
        return True
    return False


# ------------------------------------------------------------ exchanges


class SimulatedRun:
    """Answers exchanges like a generator with one worker, without streams."""

    def __init__(self) -> None:
        self._answer = b""

    async def exchange(self, commands: list[tuple[int, bytes]]) -> bytes:
        """A snapshot of 1,000 streams, ten rows of which have changed."""
        from flux_desktop.cluster.messages import GeneratorReport, pack
        from flux_desktop.engine.records.events import Snapshot, encode_event
        from flux_desktop.engine.records.facts import ConnectionRow

        if not self._answer:
            rows = [ConnectionRow(conn=conn, chunks_sent=99, turns=3, text="as it stands now") for conn in range(10)]
            line = encode_event(Snapshot(t=1.0, ledger={"streaming": 1000}, rows=rows))
            self._answer = pack(GeneratorReport(monotonic_s=time.monotonic(), lines=[(1, line)]))
        return self._answer


async def exchanges(generators: int, seconds: float) -> None:
    """Exchanges with simulated generators, at the pace of a run."""
    from flux_desktop.cluster.messages import GeneratorReport, unpack
    from flux_desktop.cluster.nodes import client
    from flux_desktop.engine.records.events import decode_event

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with cluster_in(home, 4) as membership:
            async with client(membership) as joined:
                addresses = await registered(joined, 4)
                futures = [
                    joined.submit(SimulatedRun, actor=True, workers=[addresses[each % 4]], pure=False, retries=0)
                    for each in range(generators)
                ]
                actors = [await future for future in futures]
                (coordinator,) = processes(home, "cluster", "coordinate")
                took: list[float] = []

                async def exchange(actor: SimulatedRun) -> None:
                    until_s = time.monotonic() + seconds
                    await asyncio.sleep(random.random() * EXCHANGE_EVERY_S)
                    while time.monotonic() < until_s:
                        asked_s = time.monotonic()
                        answer = unpack(await actor.exchange([]), GeneratorReport)
                        took.append(time.monotonic() - asked_s)
                        for _, text in answer.lines:
                            decode_event(text)
                        await asyncio.sleep(EXCHANGE_EVERY_S)

                before = (cpu_s(coordinator), time.process_time(), time.monotonic())
                await asyncio.gather(*(exchange(actor) for actor in actors))
                wall_s = time.monotonic() - before[2]
                scheduler, own = cpu_s(coordinator) - before[0], time.process_time() - before[1]
        took.sort()
        each = len(took) / wall_s
        print(f"{generators} simulated generators, {each:.0f} exchanges/s for {wall_s:.0f} s")
        print(f"  round trip p50 {1000 * took[len(took) // 2]:.1f} ms, p99 {1000 * took[int(len(took) * 0.99)]:.1f} ms")
        for name, busy_s in (("coordinator", scheduler), ("run's process", own)):
            per = 1e6 * busy_s / len(took)
            print(
                f"  {name}: {100 * busy_s / wall_s:.0f} % of a core, {per:.0f} µs an exchange; 1,000 generators at one "
                f"exchange a second: {per * 1000 / 1e4:.0f} % of a core"
            )


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("exact", "linear", "kills", "exchanges"))
    parser.add_argument("--generators", type=int)
    parser.add_argument("--streams", type=int)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--batch-size", type=int, default=0)
    args = parser.parse_args()
    match args.what:
        case "exact":
            exact(args.generators or 3, args.streams or 100, args.seconds, args.batch_size)
        case "linear":
            linear(args.share, args.seconds)
        case "kills":
            kills(args.trials, args.streams or 10)
        case _:
            asyncio.run(exchanges(args.generators or 200, args.seconds))


if __name__ == "__main__":
    main()
