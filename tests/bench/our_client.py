"""Our path under measurement: the engine as the product runs it, its workers in processes of their own.

Everything is on: recording to disk, parsing, histograms, snapshots. CPU and memory are those of the workers, read
from outside; pacing and latencies are the run's own figures over its whole length, the opening included.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.events import ConnectionEnded, Event, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionSummary
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.supervisor import Supervisor
from tests.bench.drift import drift_ms
from tests.bench.process_figures import Others, cpu_s, resident_bytes

SAMPLE = "sample_audio/conversation.wav"
SETTLE_S = 2.0
OPENING_MAX_S = 120.0


class Measured(Struct, kw_only=True):
    """One client with `streams` streams, held for `seconds` after all of them streamed."""

    streams: int
    cpu_us_per_chunk: float = 0.0
    chunks_per_s: float = 0.0
    resident_bytes: int = 0
    processes: int = 1
    pacing_p50_ms: float = 0.0
    pacing_p99_ms: float = 0.0
    pacing_max_ms: float = 0.0
    late_chunks: int = 0
    completed: int = 0
    recorded_bytes_per_s: float = 0.0
    loop_lag_p99_ms: float = 0.0
    loop_lag_max_ms: float = 0.0
    opened_in_s: float = 0.0
    held_s: float = 0.0
    others_percent: float = 0.0
    """Of the machine, used meanwhile by neither the bench nor its workers nor the endpoint."""
    endpoint_us_per_chunk: float = 0.0
    """CPU of the built-in endpoint, which receives the chunks."""
    drift_ms: float = 0.0
    """How far the end of the plan was missed: the server's audio clock against the wall clock, worst stream."""


class OurRun:
    """One run whose events are kept as far as the bench needs them."""

    def __init__(self, local: LocalEndpoint, sessions_dir: Path, watch: Callable[[Event], None] | None = None) -> None:
        self.ended: RunEnded | None = None
        self.summaries: dict[int, ConnectionSummary] = {}
        self.snapshot: Snapshot | None = None
        self._news = asyncio.Event()
        self._watch = watch
        self.supervisor = Supervisor(self._take, local=local, sessions_dir=sessions_dir)

    def _take(self, event: Event) -> None:
        if isinstance(event, Snapshot):
            self.snapshot = event
            self._news.set()
        elif isinstance(event, ConnectionEnded):
            self.summaries[event.summary.conn] = event.summary
        elif isinstance(event, RunEnded):
            self.ended = event
        if self._watch is not None:
            self._watch(event)

    async def next_snapshot(self) -> Snapshot:
        """Wait for the next one."""
        self._news.clear()
        await self._news.wait()
        assert self.snapshot is not None
        return self.snapshot

    def pids(self) -> list[int]:
        """The worker processes."""
        processes = [worker._child.process for worker in self.supervisor._workers]
        return [process.pid for process in processes if process is not None]


def plan(streams: int, **fields: object) -> RunPlan:
    """The bundled conversation, over and over."""
    return RunPlan(
        endpoint="local",
        source=WavSource(path=str(resource_path(SAMPLE)), loop=True),
        connections=streams,
        **fields,  # type: ignore[arg-type]
    )


async def measure(local: LocalEndpoint, streams: int, seconds: float) -> Measured:
    """Open that many streams, hold them all for `seconds`, and drain them."""
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        run = OurRun(local, Path(folder))
        task = asyncio.create_task(run.supervisor.run(plan(streams)))
        try:
            async with asyncio.timeout(OPENING_MAX_S + seconds):
                return await _held(run, task, streams, seconds, Path(folder), local)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _held(
    run: OurRun, task: asyncio.Task[RunEnded], streams: int, seconds: float, folder: Path, local: LocalEndpoint
) -> Measured:
    clock = asyncio.get_running_loop().time
    asked_s = clock()
    while (await run.next_snapshot()).ledger.get("streaming", 0) < streams:
        if task.done():
            raise RuntimeError(f"the run ended before all streams were open: {task.result()}")
    opened_s = clock()
    await asyncio.sleep(SETTLE_S)
    pids = run.pids()
    assert local._child is not None
    assert local._child.process is not None
    others = Others([*pids, os.getpid(), local._child.process.pid])
    before = await run.next_snapshot()
    endpoint_pid = local._child.process.pid
    cpu_before_s, begun_s, bytes_before = sum(map(cpu_s, pids)), clock(), _folder_bytes(folder)
    endpoint_before_s = cpu_s(endpoint_pid)
    async with asyncio.timeout(seconds + 30):
        while clock() < begun_s + seconds:
            after = await run.next_snapshot()
    lasted_s, used_s = clock() - begun_s, sum(map(cpu_s, pids)) - cpu_before_s
    endpoint_used_s = cpu_s(endpoint_pid) - endpoint_before_s
    others_percent = others.percent()
    memory, recorded = sum(map(resident_bytes, pids)), _folder_bytes(folder) - bytes_before
    run.supervisor.stop(drain=True)
    ended = await task
    chunks = after.chunks_sent - before.chunks_sent
    lag = after.loop_lag
    return Measured(
        streams=streams,
        cpu_us_per_chunk=used_s / chunks * 1e6,
        endpoint_us_per_chunk=endpoint_used_s / chunks * 1e6,
        chunks_per_s=chunks / lasted_s,
        resident_bytes=memory,
        processes=len(pids),
        pacing_p50_ms=ended.pacing.p50_ms or 0.0,
        pacing_p99_ms=ended.pacing.p99_ms or 0.0,
        pacing_max_ms=ended.pacing.max_ms or 0.0,
        late_chunks=sum(summary.late_chunks for summary in run.summaries.values()),
        completed=sum(summary.ledger in {"completed", "no transcript"} for summary in run.summaries.values()),
        recorded_bytes_per_s=recorded / lasted_s,
        loop_lag_p99_ms=lag.p99_ms or 0.0,
        loop_lag_max_ms=lag.max_ms or 0.0,
        opened_in_s=opened_s - asked_s,
        held_s=lasted_s,
        others_percent=others_percent,
        drift_ms=drift_ms(folder),
    )


def _folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.jsonl.gz"))
