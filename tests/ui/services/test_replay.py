"""A replay that follows a clock which others stop and set."""

from __future__ import annotations

import asyncio
import time

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import ConnectionChanged, Event, Notice, RunEnded
from flux_desktop.engine.records.facts import ConnectionState, Verdict
from flux_desktop.ui.models.session_clock import SessionClock
from flux_desktop.ui.services.replay import ReplayEngine
from tests.ui import scripted
from tests.ui.conftest import until

EVENTS: list[Event] = [
    ConnectionChanged(t=0.0, conn=1, state=ConnectionState.CONNECTING),
    *(Notice(t=float(t), problem=Problem(code=str(t), what="x")) for t in range(10, 1000, 10)),
    RunEnded(t=1000.0, verdict=Verdict.DONE, ledger={}),
]


class Bench:
    def __init__(self, speed: float = 1.0) -> None:
        self.events: list[Event] = []
        self.rewinds = 0
        self.clock = SessionClock(speed)
        self.clock.play(time.monotonic())
        self.engine = ReplayEngine(self.events.append, iter(EVENTS), speed, clock=self.clock, on_rewind=self._rewind)

    def _rewind(self) -> list[Event]:
        self.rewinds += 1
        self.events.clear()
        return EVENTS


async def test_a_jump_forward_gives_what_lies_between_at_once() -> None:
    bench = Bench()
    async with asyncio.TaskGroup() as group:
        group.create_task(bench.engine.run(scripted.plan()))
        await until(lambda: len(bench.events) >= 1, "the first event")
        bench.clock.pause(time.monotonic())
        bench.clock.seek(505.0, time.monotonic())
        await until(lambda: len(bench.events) == 51, "the events up to the new place")
        bench.engine.stop()
    assert bench.rewinds == 0


async def test_a_jump_back_begins_again() -> None:
    bench = Bench()
    async with asyncio.TaskGroup() as group:
        group.create_task(bench.engine.run(scripted.plan()))
        await until(lambda: len(bench.events) >= 1, "the first event")
        bench.clock.pause(time.monotonic())
        bench.clock.seek(505.0, time.monotonic())
        await until(lambda: len(bench.events) == 51, "the events up to the new place")
        bench.clock.seek(95.0, time.monotonic())
        await until(lambda: bench.rewinds == 1 and len(bench.events) == 10, "the events up to the earlier place")
        bench.engine.stop()
    assert isinstance(bench.events[-1], RunEnded)
    assert bench.events[-1].interrupted


async def test_what_was_recorded_before_the_first_connection_is_not_waited_for() -> None:
    """On a cluster, generators are waited for, and each reads its audio."""
    opening = ConnectionChanged(t=100.0, conn=1, state=ConnectionState.CONNECTING)
    before, after = EVENTS[1], EVENTS[-2]
    events: list[Event] = []
    clock = SessionClock()
    clock.play(time.monotonic())
    engine = ReplayEngine(events.append, [before, opening, after], clock=clock)
    task = asyncio.ensure_future(engine.run(scripted.plan()))
    await until(lambda: len(events) == 2, "the first connection")
    assert 100.0 <= clock.t(time.monotonic()) < 900.0
    engine.stop()
    await task
    assert events[:2] == [before, opening]
    assert after not in events


async def test_a_jump_to_the_end_ends_it() -> None:
    bench = Bench()
    task = asyncio.ensure_future(bench.engine.run(scripted.plan()))
    await until(lambda: bool(bench.events), "the first event")
    bench.clock.seek(2000.0, time.monotonic())
    assert await task is EVENTS[-1]
    assert bench.events == EVENTS
