"""Confirming as an engine: stopped before it has begun, and compared before its end is reported."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments import confirm as experiment
from flux_desktop.experiments.clip_run import ClipRunResult
from flux_desktop.ui.models.measurement import Measurement
from flux_desktop.ui.services.confirm_engine import ConfirmEngine
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from tests.ui import scripted

SETTINGS = [Setting(eot=0.8), Setting(eot=0.7)]


def no_engine(sink: EventSink) -> RunEngine:
    raise AssertionError("no run is needed")


def engine_for(events: list[Event], path: str = "") -> ConfirmEngine:
    plan = Measurement(path=path).plan(scripted.plan(2))
    return ConfirmEngine(events.append, plan, SETTINGS, (), no_engine, lambda _: None)


async def test_stopped_before_it_has_begun() -> None:
    engine = engine_for([])
    engine.send(Watch(connections=[1]))
    engine.stop()
    ended = await engine.run(scripted.plan(2))
    assert ended.interrupted
    assert engine.result is None


async def test_a_data_set_that_is_gone_is_told() -> None:
    with pytest.raises(ProblemError):
        await engine_for([], "missing.jsonl").run(scripted.plan(2))


async def test_the_end_is_reported_with_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    script = scripted.scripted_run(1)
    ended = script[-1]
    assert isinstance(ended, RunEnded)

    async def confirm(*_: object, on_event: EventSink, **_more: object) -> experiment.ConfirmResult:
        for event in script:
            on_event(event)
        return experiment.ConfirmResult(
            confirmed=(), run=ClipRunResult(ended=ended, session_folder=None, done=1, failed=0)
        )

    monkeypatch.setattr(experiment, "confirm", confirm)
    engine = engine_for(events)
    assert await engine.run(scripted.plan(2)) == ended
    assert engine.result is not None
    assert events == script[:-1]
