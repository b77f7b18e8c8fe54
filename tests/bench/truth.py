"""Runs whose true answer is known: servers of exact delays, standstills of either side, silent drops."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from flux_desktop.engine.records.events import ConnectionChanged, Event, RunEnded
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass, Percentiles, Verdict
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from tests.bench.our_client import OurRun, plan
from tests.bench.whole_process import status_reader

STALL_S = 1.4
AT_ONCE = 4
"""Short runs side by side on two cores."""


class Delayed(Struct):
    """The wire clock against a server that answers after exactly `delay_ms`."""

    delay_ms: int
    wire: Percentiles
    server_late_ms: dict[str, float]
    """By how much the server itself answered later than that, p50, p95 and p99."""

    @property
    def error_ms(self) -> float:
        """The largest distance of p50, p95 and p99 from the truth: the delay, and the server's own lateness."""
        figures = {"p50": self.wire.p50_ms, "p95": self.wire.p95_ms, "p99": self.wire.p99_ms}
        return max(
            abs((value or 0.0) - self.delay_ms - self.server_late_ms.get(name, 0.0)) for name, value in figures.items()
        )

    @property
    def holds(self) -> bool:
        """± 2 ms or 0.5 %, whichever is more."""
        return self.error_ms <= max(2.0, 0.005 * self.delay_ms)


async def _run(
    arguments: tuple[str, ...],
    disturb: Callable[[OurRun], Awaitable[None]] | None = None,
    status: dict[str, Any] | None = None,
    **fields: object,
) -> RunEnded:
    """One run against an endpoint of its own; `disturb` acts once a stream is streaming.

    `status` is filled with the endpoint's own figures at the end.
    """
    streaming = asyncio.Event()

    def watch(event: Event) -> None:
        if isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING:
            streaming.set()

    local = LocalEndpoint()
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        try:
            await local.start(("--recogniser", "silent", *arguments))
            run = OurRun(local, Path(folder), watch)
            task = asyncio.create_task(run.supervisor.run(plan(**fields)))  # type: ignore[arg-type]
            if disturb is not None:
                await streaming.wait()
                await disturb(run)
            ended = await task
            if status is not None and local.info is not None:
                status.update(await asyncio.to_thread(status_reader(local.info)))
            return ended
        finally:
            await local.stop()


async def delayed(delay_ms: int, streams: int, seconds: float) -> Delayed:
    """p50, p95 and p99 of the wire clock against that server."""
    status: dict[str, Any] = {}
    ended = await _run(("--fault", f"delay-ms={delay_ms}"), status=status, streams=streams, duration_s=seconds)
    return Delayed(delay_ms, ended.wire, status["delays_late_ms"])


async def server_stall_shows() -> bool:
    """Whether one stall of the server moved p99 and max of the user's clock, and not its p50."""
    ended = await _run(("--fault", f"stall-ms={STALL_S * 1000:g}"), streams=1, duration_s=7.0)
    user = ended.update
    high = min(user.p99_ms or 0.0, user.max_ms or 0.0)
    return high >= 900 * STALL_S and (user.p50_ms or 0.0) < 100


async def own_stall_is_invalid() -> bool:
    """Whether one stall of the worker made the run INVALID, for that reason."""

    async def stand_still(run: OurRun) -> None:
        [pid] = run.pids()
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(STALL_S)
        finally:
            os.kill(pid, signal.SIGCONT)

    ended = await _run((), stand_still, streams=1, duration_s=3.0)
    is_reported = any("stalled for" in reason or "event-loop lag" in reason for reason in ended.reasons)
    return ended.verdict is Verdict.INVALID and is_reported


async def undisturbed_is_done() -> bool:
    """The control of the two above: nothing happened, and nothing is claimed."""
    ended = await _run((), streams=1, duration_s=3.0)
    return ended.verdict is Verdict.DONE


async def never_connected(percent: int) -> int:
    """What 100 streams of which so many never say Connected are reported as."""
    ended = await _run(("--fault", f"never-connected={percent}"), streams=100, opening_max=100, duration_s=1.0)
    return ended.ledger[LedgerClass.NEVER_CONNECTED]


async def times(check: Callable[[], Awaitable[bool]], count: int) -> int:
    """How many of `count` repetitions held, `AT_ONCE` at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> bool:
        async with gate:
            return await check()

    return sum(await asyncio.gather(*(one() for _ in range(count))))
