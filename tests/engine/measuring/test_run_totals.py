"""The end of a run from the events of its workers: verdict and limits."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.measuring.generator_limits import GeneratorLimits
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.measuring.run_totals import AUDIO_SILENCED, RunTotals
from flux_desktop.engine.records.events import ConnectionEnded, Histograms, Notice, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.pass_criteria import parse_limit
from flux_desktop.engine.records.plan import RunPlan, WavSource


def run_ended(*limits: str, classes: tuple[LedgerClass, ...]) -> RunEnded:
    plan = RunPlan(
        endpoint="x",
        source=WavSource(path="a.wav"),
        connections=len(classes),
        limits=tuple(parse_limit(text) for text in limits),
    )
    totals = RunTotals(plan)
    for conn, ledger in enumerate(classes, 1):
        totals.take(ConnectionEnded(t=1.0, summary=ConnectionSummary(conn=conn, ledger=ledger)), 1, alone=True)
    return totals.ended(2.0, interrupted=False)


def test_a_run_with_failed_connections_does_not_pass_a_limit_on_something_else() -> None:
    ended = run_ended("retries<5", classes=(LedgerClass.FAILED, LedgerClass.COMPLETED))
    assert ended.verdict is Verdict.FAIL
    assert [result.met for result in ended.limits] == [True, False]
    assert len(ended.reasons) == 1
    assert ended.reasons[0].startswith("completed_percent is 50 %, required: >= 100 %")


def test_a_run_that_sent_silence_for_audio_is_invalid() -> None:
    totals = RunTotals(RunPlan(endpoint="x", source=WavSource(path="a.wav")))
    problem = Problem(code=AUDIO_SILENCED, what="a.wav could not be read; silence is sent instead.")
    for name in ("a.wav", "b.wav"):
        notice = Notice(t=1.0, problem=msgspec.structs.replace(problem, what=problem.what.replace("a.wav", name)))
        assert totals.take(notice, 1, alone=True) == notice, "it is shown, too"
    ended = totals.ended(2.0, interrupted=False)
    assert ended.verdict is Verdict.INVALID
    assert ended.reasons == ["a.wav could not be read; silence is sent instead"]


def test_a_run_passes_when_all_connections_complete() -> None:
    ended = run_ended("retries<5", classes=(LedgerClass.COMPLETED,) * 2)
    assert ended.verdict is Verdict.PASS
    assert ended.reasons == []
    assert [str(result).split(",")[0] for result in ended.limits] == ["retries is 0", "completed_percent is 100 %"]


def test_a_run_passes_with_as_many_as_its_own_limit_asks_for() -> None:
    ended = run_ended("completed>=1", classes=(LedgerClass.FAILED, LedgerClass.COMPLETED))
    assert ended.verdict is Verdict.PASS
    assert [result.implied for result in ended.limits] == [False]


def test_a_run_without_limits_is_done() -> None:
    ended = run_ended(classes=(LedgerClass.FAILED,))
    assert (ended.verdict, ended.limits) == (Verdict.DONE, [])


def test_a_machine_that_stood_still_makes_the_run_invalid_by_the_limits_that_apply() -> None:
    lag = Histogram()
    for _ in range(1_000):
        lag.add(0.001)
    lag.add(1.4)
    histograms = Histograms(t=1.0, encoded={"loop_lag": lag.encode()}, cpu_percent=5.0, final=True)
    plan = RunPlan(endpoint="x", source=WavSource(path="a.wav"))
    for generator, verdict in ((None, Verdict.INVALID), (GeneratorLimits().scaled(10.0), Verdict.DONE)):
        totals = RunTotals(plan, generator)
        totals.take(histograms, 1, alone=True)
        ended = totals.ended(2.0, interrupted=False)
        assert (ended.verdict, bool(ended.reasons)) == (verdict, verdict is Verdict.INVALID)


@pytest.mark.parametrize(("figure", "verdict"), [("connect", Verdict.INVALID), (None, Verdict.DONE)])
def test_short_delays_falsify_nothing_where_all_streams_were_refused(figure: str | None, verdict: Verdict) -> None:
    late = Histogram()
    late.add(0.046)
    encoded = {name: late.encode() for name in ("loop_lag", figure) if name}
    totals = RunTotals(RunPlan(endpoint="x", source=WavSource(path="a.wav")))
    totals.take(Histograms(t=1.0, encoded=encoded, cpu_percent=5.0, final=True), 1, alone=True)
    assert totals.ended(2.0, interrupted=False).verdict is verdict


def test_the_time_gained_by_eager_ends_is_that_of_all_workers() -> None:
    totals = RunTotals(RunPlan(endpoint="x", source=WavSource(path="a.wav"), connections=2))
    totals.take(Snapshot(t=1.0, ledger={}, eager_gained_s=1.5), 1, alone=False)
    joined = totals.take(Snapshot(t=1.1, ledger={}, eager_gained_s=0.25), 2, alone=False)
    assert isinstance(joined, Snapshot)
    assert joined.eager_gained_s == 1.75


def test_streams_of_a_worker_that_is_gone_are_no_longer_counted_as_open() -> None:
    totals = RunTotals(RunPlan(endpoint="x", source=WavSource(path="a.wav"), connections=5))
    totals.take(ConnectionEnded(t=0.5, summary=ConnectionSummary(conn=5, ledger=LedgerClass.COMPLETED)), 1, alone=False)
    totals.take(Snapshot(t=1.0, ledger={"streaming": 2, "completed": 1}), 1, alone=False)
    for conn in (1, 3):
        lost = ConnectionSummary(
            conn=conn, ledger=LedgerClass.GENERATOR_LOST, problem=Problem(code="generator_lost", what="It was lost.")
        )
        totals.take(ConnectionEnded(t=1.1, summary=lost), 1, alone=False)
    joined = totals.take(Snapshot(t=1.2, ledger={"streaming": 2}), 2, alone=False)
    assert isinstance(joined, Snapshot)
    assert joined.ledger == {"streaming": 2, "completed": 1, "generator lost": 2}


def test_the_silence_of_a_worker_shows_as_long_as_it_has_streams() -> None:
    totals = RunTotals(RunPlan(endpoint="x", source=WavSource(path="a.wav"), connections=3))

    def unheard_s(worker: int, t: float) -> float:
        joined = totals.take(Snapshot(t=t, ledger={}), worker, alone=False)
        assert isinstance(joined, Snapshot)
        return joined.unheard_s

    assert unheard_s(1, 1.0) == 0.0, "the other one has not begun"
    assert unheard_s(2, 1.5) == 0.5
    assert unheard_s(2, 9.0) == 8.0
    assert unheard_s(1, 9.1) == pytest.approx(0.1)
    totals.take(Histograms(t=9.2, encoded={}, cpu_percent=1.0, final=True), 1, alone=False)
    assert unheard_s(2, 30.0) == 0.0, "the other one is done"


def test_a_run_that_lost_an_engine_process_is_invalid_whatever_its_limits_say() -> None:
    totals = RunTotals(
        RunPlan(endpoint="x", source=WavSource(path="a.wav"), connections=2, limits=(parse_limit("completed>=1"),))
    )
    died = Problem(code="worker_died", what="Its process ended.")
    for conn, problem in ((1, None), (2, died)):
        ledger = LedgerClass.FAILED if problem else LedgerClass.COMPLETED
        summary = ConnectionSummary(conn=conn, ledger=ledger, problem=problem)
        totals.take(ConnectionEnded(t=1.0, summary=summary), conn, alone=False)
    ended = totals.ended(2.0, interrupted=False)
    assert ended.verdict is Verdict.INVALID
    assert ended.reasons == ["an engine process ended unexpectedly, and 1 connection with it"]
