"""A comparison as an engine: stopped before it has begun, and its outcome from a recorded run."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments import read_traces as reading
from flux_desktop.experiments.ab import AbPlan
from flux_desktop.experiments.clip_run import ClipRunResult
from flux_desktop.experiments.read_traces import ReadTraces
from flux_desktop.ui.models.measurement import Measurement
from flux_desktop.ui.models.tune import with_setting
from flux_desktop.ui.services.ab_engine import AbEngine, outcome_of
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from tests.ui import scripted
from tests.ui.models.test_tune_ab import arm

SWEEP = Measurement().plan(scripted.plan(2))
PLAN = AbPlan(
    base=SWEEP.base,
    data=SWEEP.data,
    clips=1,
    a=SWEEP.base.options,
    b=with_setting(SWEEP.base.options, Setting(eot=0.8)),
)
RESULT = ClipRunResult(
    ended=RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 4}), session_folder=Path("s"), done=4, failed=0
)


def no_engine(sink: EventSink) -> RunEngine:
    raise AssertionError("no run is needed")


async def test_stopped_before_it_has_begun() -> None:
    engine = AbEngine(lambda _: None, PLAN, no_engine, lambda _: None)
    engine.send(Watch(connections=[1]))
    engine.stop()
    assert (await engine.run(PLAN.base)).interrupted
    assert engine.outcome is None


def test_the_arms_are_told_apart_by_their_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    import msgspec

    a, b = arm("the account is four", 3.5), arm("the account is four", 3.74)
    traces = [msgspec.structs.replace(trace, conn=conn) for conn, trace in enumerate((a, b, b, a), start=1)]
    monkeypatch.setattr(reading, "read_traces", lambda _: ReadTraces(traces=tuple(traces), plans=()))
    outcome = outcome_of(PLAN, RESULT)
    assert outcome is not None
    assert [pair.difference for pair in outcome.pairs] == ["B +240 ms"]
    assert outcome.comparison.wait_ms.difference.value == pytest.approx(240.0)
    monkeypatch.setattr(reading, "read_traces", lambda _: ReadTraces(traces=(traces[0],), plans=()))
    assert outcome_of(PLAN, RESULT) is None
