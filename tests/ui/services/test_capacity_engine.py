"""A capacity search as an engine of the window."""

from __future__ import annotations

import pytest

from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event, Received
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.cost import SUGGESTED
from flux_desktop.experiments import capacity as experiment
from flux_desktop.ui.models.capacity import SearchChoices
from flux_desktop.ui.services.capacity_engine import CapacityEngine
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from tests.ui import scripted
from tests.ui.models.searched import REPORT, RUNGS
from tests.ui.models.test_capacity import NOW


def no_engine(sink: EventSink) -> RunEngine:
    raise AssertionError("no run is needed")


def engine_for(events: list[Event], rungs: list[object]) -> CapacityEngine:
    plan = SearchChoices().plan(scripted.plan(1), SUGGESTED, NOW)
    return CapacityEngine(events.append, plan, no_engine, rungs.append, lambda _: None)


async def test_stopped_before_it_has_begun() -> None:
    engine = engine_for([], [])
    engine.stop()
    assert (await engine.run(scripted.plan(1))).interrupted
    assert engine.report is None


async def test_the_window_sees_the_run_and_the_messages_that_it_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    script = scripted.scripted_run(2)

    class Search:
        session_folder = None

        def __init__(self, _plan: object, **calls: object) -> None:
            self.calls = calls

        async def run(self) -> CapacityReport:
            for event in script:
                self.calls["on_event"](event)  # type: ignore[operator]
            self.calls["on_rung"](RUNGS[0])  # type: ignore[operator]
            return REPORT

    monkeypatch.setattr(experiment, "CapacitySearch", Search)
    events: list[Event] = []
    rungs: list[object] = []
    engine = engine_for(events, rungs)
    engine.send(Watch(connections=[2]))
    assert await engine.run(scripted.plan(2)) == script[-1]
    assert engine.report is REPORT
    assert rungs == [RUNGS[0]]
    assert {event.conn for event in events if isinstance(event, Received)} == {2}
    others = [event for event in script[:-1] if not isinstance(event, Received)]
    assert [event for event in events if not isinstance(event, Received)] == others
