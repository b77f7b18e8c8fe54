"""How many streams one generator with a share of a core carries, and three with the same share each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.cluster.setup import cluster_in, environment, line_file, processes, run_command, until_joined
from tests.local_endpoint.conftest import running_endpoint

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
    if not single:
        print(f"not measured: with {100 * share:.0f} % of a core one generator carries fewer than 20 streams")
        return
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
            line = line_file(home, membership)
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
