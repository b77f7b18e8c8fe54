"""The isolation check as an engine: stopped before it has begun, and one end for its three runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.experiments import isolation as experiment
from flux_desktop.experiments.isolation import PHASES, IsolationPhase, IsolationRun
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from flux_desktop.ui.services.isolation_engine import IsolationEngine
from tests.ui import scripted
from tests.ui.models.test_tune_isolation import FAILED


def no_engine(sink: EventSink) -> RunEngine:
    raise AssertionError("no run is needed")


async def test_stopped_before_it_has_begun() -> None:
    engine = IsolationEngine(lambda _: None, no_engine, lambda *_: None)
    engine.send(Watch(connections=[1]))
    engine.stop()
    assert (await engine.run(scripted.plan(1))).interrupted
    assert engine.isolation_run is None


async def test_three_runs_have_one_end(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    phases: list[tuple[str, float, float]] = []
    script = scripted.scripted_run(1)

    async def check(
        base: RunPlan, *, on_phase: Callable[[IsolationPhase], None], on_event: EventSink, **_more: object
    ) -> IsolationRun:
        for phase in PHASES:
            on_phase(phase)
            for event in script:
                on_event(event)
        return IsolationRun(result=FAILED, problem=None, sessions=())

    monkeypatch.setattr(experiment, "check_isolation", check)
    engine = IsolationEngine(events.append, no_engine, lambda *phase: phases.append(phase))
    assert await engine.run(scripted.plan(1)) == script[-1]
    assert len(events) == 3 * (len(script) - 1)
    assert [name for name, _, _ in phases] == [phase.name for phase in PHASES]
    total_s = phases[0][2]
    assert [before_s for _, before_s, _ in phases] == sorted({before_s for _, before_s, _ in phases})
    assert 60 < total_s < 600
    assert all(before_s < total_s == each_s for _, before_s, each_s in phases)
    assert engine.isolation_run is not None
