"""The load of the run in progress, joined with its account."""

from __future__ import annotations

from flux_desktop.engine.records.events import ConnectionChanged, RunStarted, Snapshot
from flux_desktop.engine.records.facts import ConnectionState, Percentiles
from flux_desktop.ui.models.observed_account import ObservedAccount
from tests.evaluation.capacity.test_account_timeline import records
from tests.ui import scripted


def snapshot(t: float, p95_ms: float) -> Snapshot:
    return Snapshot(t=t, ledger={}, wire=Percentiles(n=9, p95_ms=p95_ms))


def started() -> RunStarted:
    return RunStarted(t=0.1, wall_time="2026-11-23T14:02:00+00:00", plan=scripted.plan(2), version="test")


def test_the_next_run_begins_with_nothing() -> None:
    observed = ObservedAccount()
    observed.take(started())
    observed.records = records()
    observed.take(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
    for t, p95_ms in ((1.0, 80.0), (1.1, 81.0), (3.5, 90.0)):
        observed.take(snapshot(t, p95_ms))
    timeline = observed.timeline
    assert timeline is observed.timeline, "joined once"
    assert timeline.planned == ((0.0, 2.0),)
    assert timeline.connected == ((0.5, 1.0),)
    assert timeline.running[-1] == (231.0, 2)
    assert timeline.p95_ms == ((1.0, 80.0), (3.5, 90.0))
    before = observed.state
    observed.take(started())
    assert observed.state != before
    assert observed.timeline.is_empty
    assert observed.timeline.connected == ()


def test_a_search_says_itself_what_is_planned_and_how_late_it_was() -> None:
    observed = ObservedAccount(by_rungs=True)
    observed.planned.append((0.0, 16.0))
    observed.take(started())
    observed.take(snapshot(1.0, 80.0))
    assert observed.timeline.planned == ((0.0, 16.0),)
    assert observed.timeline.p95_ms == ()
