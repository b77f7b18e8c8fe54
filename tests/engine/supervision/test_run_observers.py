"""What is observed beside a run: nothing of an endpoint that is not the built-in one, without a session folder."""

from __future__ import annotations

import asyncio

from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.run_observers import RunObservers


async def test_a_run_that_is_not_recorded_ends_without_a_look_at_the_account() -> None:
    reported: list[Event] = []
    plan = RunPlan(endpoint="mine", region="us-east-1", source=WavSource(path="a.wav"), observe_account=True)
    observers = RunObservers(plan, None, None, reported.append, lambda: 0.0)
    async with asyncio.TaskGroup() as tasks:
        observers.start(tasks)
        await observers.end()
    assert reported == []
