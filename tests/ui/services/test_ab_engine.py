"""A comparison as an engine: stopped before it has begun, and its outcome from a recorded run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments import ab, clip_run
from flux_desktop.experiments.ab import AbPlan
from flux_desktop.experiments.clip_run import ClipProgress, ClipRunResult
from flux_desktop.experiments.read_traces import ReadTraces
from flux_desktop.reports.findings import read_experiment
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
    entries=(0,),
    a=SWEEP.base.options,
    b=with_setting(SWEEP.base.options, Setting(eot=0.8)),
)
GONE = Problem(code="endpoint_not_found", what="There is no such endpoint.")
RESULT = ClipRunResult(
    ended=RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 4}), session_folder=Path("s"), done=4, failed=0
)
LATE = msgspec.structs.replace(RESULT.ended, verdict=Verdict.INVALID, reasons=["the engine stalled"])


def no_engine(sink: EventSink) -> RunEngine:
    raise AssertionError("no run is needed")


async def test_stopped_before_it_has_begun() -> None:
    engine = AbEngine(lambda _: None, PLAN, no_engine, lambda _: None)
    engine.send(Watch(connections=[1]))
    engine.stop()
    assert (await engine.run(PLAN.base)).interrupted
    assert engine.outcome is None


def test_the_arms_are_told_apart_by_their_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = arm("the account is four", 3.5), arm("the account is four", 3.74)
    traces = [msgspec.structs.replace(trace, conn=conn) for conn, trace in enumerate((a, b, b, a), start=1)]
    monkeypatch.setattr(ab, "read_traces", lambda _: ReadTraces(traces=tuple(traces), plans=()))
    outcome = outcome_of(PLAN, [msgspec.structs.replace(RESULT, session_folder=tmp_path, ended=LATE)])
    assert outcome is not None
    assert [pair.difference for pair in outcome.pairs] == ["B +240 ms"]
    assert [note.partition(",")[0] for note in outcome.notes] == ["The comparison is INVALID"]
    experiment = read_experiment(tmp_path)
    assert experiment is not None
    assert experiment.sentences[0] == outcome.comparison.sentence, "as reports of the session show it"
    assert outcome.comparison.wait_ms.difference.value == pytest.approx(240.0)
    monkeypatch.setattr(ab, "read_traces", lambda _: ReadTraces(traces=(traces[0],), plans=()))
    assert outcome_of(PLAN, [RESULT]) is None


class ScriptedRun:
    """A run that gives its events at once, and ends when it is stopped where it is told to."""

    def __init__(self, plan: RunPlan, *, on_progress: object, on_event: EventSink, **_more: object) -> None:
        self.endpoint, self.session_folder = plan.endpoint, Path(plan.endpoint)
        self._on_event, self._on_progress = on_event, on_progress
        self._stopped = asyncio.Event()

    def stop(self, *, drain: bool = True) -> None:
        self._stopped.set()

    async def run(self) -> ClipRunResult:
        for event in scripted.scripted_run(1):
            self._on_event(event)
        self._on_progress(ClipProgress(done=1, failed=0, total=2, open=1))  # type: ignore[operator]
        if self.endpoint == "gone":
            ended = RunEnded(t=1.0, verdict=Verdict.FAIL, ledger={}, problem=GONE)
            return ClipRunResult(ended=ended, session_folder=None, done=0, failed=0)
        if self.endpoint == "until stopped":
            await self._stopped.wait()
        ended = LATE if self.endpoint == "two" else RESULT.ended
        return msgspec.structs.replace(RESULT, ended=ended, session_folder=self.session_folder)


def with_endpoints(one: str, two: str) -> AbPlan:
    bases = [msgspec.structs.replace(PLAN.base, endpoint=endpoint) for endpoint in (one, two)]
    return msgspec.structs.replace(PLAN, base=bases[0], base_b=bases[1])


async def test_two_endpoints_are_two_runs_of_which_one_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    traces = {
        "one": [msgspec.structs.replace(arm("the account is four", 3.5), conn=conn) for conn in (1, 2)],
        "two": [msgspec.structs.replace(arm("the count is four", 3.5), conn=conn) for conn in (1, 2)],
    }
    monkeypatch.setattr(clip_run, "ClipRun", ScriptedRun)
    monkeypatch.setattr(ab, "read_traces", lambda folders: ReadTraces(traces=tuple(traces[folders[0].name]), plans=()))
    events: list[Event] = []
    progress: list[ClipProgress] = []
    engine = AbEngine(events.append, with_endpoints("one", "two"), no_engine, progress.append)
    ended = await engine.run(PLAN.base)
    assert ended == LATE, "what makes either run INVALID counts for both"
    assert engine.outcome is not None
    assert [pair.difference for pair in engine.outcome.pairs] == ["words"]
    assert len(events) == len(scripted.scripted_run(1)) - 1, "those of A, and the end is reported later"
    assert (progress[-1].done, progress[-1].total) == (2, 4)
    assert engine.session_folder == Path("one")


async def test_without_the_other_endpoint_the_comparison_ends_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_run, "ClipRun", ScriptedRun)
    engine = AbEngine(lambda _: None, with_endpoints("until stopped", "gone"), no_engine, lambda _: None)
    ended = await engine.run(PLAN.base)
    assert ended.problem == GONE
    assert engine.outcome is None
