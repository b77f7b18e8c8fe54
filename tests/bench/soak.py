"""Runs for an hour with the window open and reports growth of memory, threads, tasks and latency.

Usage: python -m tests.bench.soak [--minutes 60] [--warm-up 30] [--connections 50]

The window is real, off-screen unless a display is named, with a real worker and the built-in endpoint on the bundled
recording in a loop, so connections also rotate, each every 15 to 28 minutes. Figures count from the
end of the warm-up, when the raw view is full and every connection has rotated once, which costs memory
permanently the first time, in all processes: of an hour they cover the last half. Latencies are the user clock of
every Update in the recording: the first ten minutes after the warm-up against the last ten. Needs Linux (/proc).
Keep readers of a process's smaps away from it on a busy machine: they hold the lock of its memory map, and one of low
priority that has to wait for a processor stops the engine for as long (284 ms were seen).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from msgspec import Struct, field

from flux_desktop.engine.recording.recording_file import recorded_lines
from flux_desktop.ui.window.main_window import MainWindow
from tests.bench.process_figures import cpu_s, resident_bytes
from tests.bench.window_run import start_looped, with_window

SAMPLE_EVERY_S = 5.0
REPORT_EVERY_S = 300.0
_PARTS = {"flux_desktop.engine.worker.worker": "worker", "flux_desktop.local_endpoint": "endpoint"}
_TIMED = re.compile(rb'^\{"event":"received","t":([0-9.]+).*"event\\":\\"Update\\".*"user_latency_ms":([0-9.]+)')


class Process(Struct):
    """One process under watch: its figures at each sample."""

    name: str
    times_s: list[float] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def sample(self, pid: int, at_s: float) -> None:
        """Read the figures of the process; those of a process that has ended stay as they are."""
        try:
            figures = (
                resident_bytes(pid) / 1e6,
                len(os.listdir(f"/proc/{pid}/fd")),
                len(os.listdir(f"/proc/{pid}/task")),
            )
        except (FileNotFoundError, LookupError):
            return
        for values, value in zip((self.mb, self.descriptors, self.threads), figures, strict=True):
            values.append(value)  # type: ignore[arg-type]
        self.cpu_s.append(cpu_s(pid))
        self.times_s.append(at_s)

    def row(self, from_s: float) -> str:
        """Its line of the table, from that moment on."""
        first = int(np.searchsorted(self.times_s, from_s))
        times_s, mb = self.times_s[first:], self.mb[first:]
        slope = float(np.polyfit(times_s, mb, 1)[0]) * 3600
        share = 100 * (self.cpu_s[-1] - self.cpu_s[first]) / (times_s[-1] - times_s[0])

        def span(values: list[int]) -> str:
            return f"{min(values[first:])}–{max(values[first:])}"

        return (
            f"| {self.name} | {mb[0]:.1f} | {mb[-1]:.1f} | {slope:+.2f} | {span(self.descriptors)} "
            f"| {span(self.threads)} | {share:.0f} |"
        )


def children() -> Iterator[tuple[int, str]]:
    """Process ids and names of the workers and the built-in endpoint that belong to this window."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().decode()
            except (FileNotFoundError, ProcessLookupError):
                continue
            name = next((short for module, short in _PARTS.items() if module in command), None)
            if parent == os.getpid() and name is not None:
                yield int(entry.name), name


def update_latencies_ms(folder: Path, from_s: float, until_s: float) -> np.ndarray:
    """Latencies on the user's clock of every Update heard between two moments of the run."""
    latencies_ms: list[float] = []
    for line in chain.from_iterable(map(recorded_lines, folder.rglob("worker-*.jsonl.gz"))):
        match = _TIMED.match(line)
        if match is not None and from_s <= float(match[1]) < until_s:
            latencies_ms.append(float(match[2]))
    return np.array(latencies_ms)


async def measure(window: MainWindow, sessions: Path, options: argparse.Namespace) -> None:
    """One run; prints its figures."""
    seconds = options.minutes * 60
    warm_up_s = min(options.warm_up * 60, seconds * 0.6)
    compared_s = min(600.0, (seconds - warm_up_s) / 2)
    await start_looped(window, options.connections)
    began_s, began_run_s = time.monotonic(), window.state.run.now_s
    processes = {os.getpid(): Process("window")} | {pid: Process(name) for pid, name in children()}
    tasks: list[int] = []
    reported_s = 0.0
    worst_stalls = (0.0, 0.0)
    while (passed_s := time.monotonic() - began_s) < seconds and window.state.run.active:
        for pid, process in processes.items():
            process.sample(pid, passed_s)
        if passed_s >= warm_up_s:
            tasks.append(len(asyncio.all_tasks()))
        if passed_s - reported_s >= REPORT_EVERY_S:
            reported_s = passed_s
            stalls = window.heartbeat.stalls()
            worst_stalls = max(worst_stalls[0], stalls.p99_ms or 0.0), max(worst_stalls[1], stalls.max_ms or 0.0)
            sizes = ", ".join(f"{each.name} {each.mb[-1]:.1f} MB" for each in processes.values())
            print(
                f"{passed_s / 60:.0f} min: {window.state.run.streaming()} streaming; {sizes};"
                f" stalls p99 {stalls.p99_ms:.0f}, max {stalls.max_ms:.0f} ms",
                flush=True,
            )
        await asyncio.sleep(SAMPLE_EVERY_S)
    ended_run_s = window.state.run.now_s
    window.controller.stop()
    while window.state.run.active:  # noqa: ASYNC110 - what the window shows has no event
        await asyncio.sleep(0.1)
    print(f"\n{options.connections} connections, {passed_s / 60:.0f} min, from minute {warm_up_s / 60:.0f} on:\n")
    print("| process | MB first | MB last | MB/h | descriptors | threads | CPU % |\n|---|---|---|---|---|---|---|")
    for process in processes.values():
        print(process.row(warm_up_s))
    print(f"\ntasks of the window: {min(tasks)}–{max(tasks)}")
    print(f"stalls of the window, worst minute seen: p99 {worst_stalls[0]:.0f} ms, max {worst_stalls[1]:.0f} ms")
    first_s = began_run_s + warm_up_s
    for name, from_s in (("first", first_s), ("last", ended_run_s - compared_s)):
        values = update_latencies_ms(sessions, from_s, from_s + compared_s)
        p50, p99 = np.percentile(values, (50, 99))
        print(f"update latency, {name} {compared_s / 60:.0f} min: p50 {p50:.2f}, p99 {p99:.2f} ms (n {len(values)})")
    ended = window.state.run.ended
    if ended is not None:
        print(f"{ended.verdict}: " + ", ".join(f"{n} {name}" for name, n in ended.ledger.items() if n), *ended.reasons)
        rotations = sum(each.summary.rotations for each in window.state.run.conversations.values() if each.summary)
        print(f"rotations: {rotations}; pacing p99 {ended.pacing.p99_ms:.1f} ms")


def main() -> None:
    """Soak once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--warm-up", type=float, default=30, help="minutes; 0.6 of a shorter soak")
    parser.add_argument("--connections", type=int, default=50)
    options = parser.parse_args()

    async def measured(window: MainWindow, sessions: Path) -> None:
        await measure(window, sessions, options)

    with_window(measured)


if __name__ == "__main__":
    main()
