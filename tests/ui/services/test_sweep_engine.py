"""A sweep as an engine: a recording that is stopped before it has begun, and only the last run's end is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.experiments.sweep import Sweep, SweepRecording
from flux_desktop.ui.models.measurement import Measurement
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from flux_desktop.ui.services.sweep_engine import SweepEngine, prepared
from tests.ui import scripted

PLAN = Measurement(repeats=1).plan(scripted.plan(2))


def no_engine(sink: EventSink) -> RunEngine:
    raise AssertionError("no run is needed")


async def test_a_data_set_is_read_before_anything_is_started() -> None:
    assert (await prepared(PLAN)).size.streams == 29
    with pytest.raises(ProblemError):
        await prepared(Measurement(path="missing.jsonl").plan(scripted.plan(2)))


async def test_stopped_before_it_has_begun() -> None:
    engine = SweepEngine(lambda _: None, PLAN, no_engine, lambda _: None)
    engine.send(Watch(connections=[1]))
    engine.stop()
    ended = await engine.run(PLAN.base)
    assert ended.interrupted
    assert engine.recording is None


async def test_only_the_last_end_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    engine = SweepEngine(events.append, PLAN, no_engine, lambda _: None)
    script = scripted.scripted_run(1)

    async def run(sweep: Sweep) -> SweepRecording:
        for _ in range(2):
            for event in script:
                sweep._on_event(event)
        return SweepRecording(traces=(), sessions=(Path("a"),), missing=0)

    monkeypatch.setattr(Sweep, "run", run)
    ended = await engine.run(PLAN.base)
    assert ended.verdict is Verdict.DONE
    assert ended == script[-1]
    assert len(events) == 2 * (len(script) - 1)
    assert not any(isinstance(event, RunEnded) for event in events)
    assert engine.recording is not None
