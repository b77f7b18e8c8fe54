"""Stream-minutes against a budget."""

from __future__ import annotations

import pytest

from flux_desktop.engine.measuring.stream_budget import StreamBudget
from flux_desktop.engine.records.events import RunStarted, Snapshot
from tests.ui import scripted


def test_a_budget_counts_open_streams_over_time() -> None:
    watch = StreamBudget(1.0)
    assert not watch.is_used_up(Snapshot(t=10.0, ledger={"streaming": 3, "waiting": 9}))
    assert not watch.is_used_up(Snapshot(t=20.0, ledger={"streaming": 5, "draining": 1}))
    assert watch.used == pytest.approx(0.5)
    assert watch.is_used_up(Snapshot(t=25.1, ledger={"streaming": 5}))


def test_runs_of_a_sweep_share_a_budget() -> None:
    watch = StreamBudget(1.0)
    watch.is_used_up(Snapshot(t=10.0, ledger={"streaming": 3}))
    assert not watch.is_used_up(Snapshot(t=20.0, ledger={"streaming": 3}))
    assert not watch.is_used_up(RunStarted(t=0.1, wall_time="", plan=scripted.plan(), version="test"))
    assert not watch.is_used_up(Snapshot(t=5.0, ledger={"streaming": 3}))
    assert watch.used == pytest.approx(0.5), "nothing was open between them"
    assert watch.is_used_up(Snapshot(t=15.0, ledger={}))


def test_snapshots_of_several_machines_that_overtake_each_other_are_counted_once() -> None:
    watch = StreamBudget(1.0)
    for t in (0.0, 10.0, 8.0, 20.0, 18.0, 20.0):
        watch.is_used_up(Snapshot(t=t, ledger={"streaming": 1}))
    assert watch.used == pytest.approx(20 / 60)
