"""Tests of thinned snapshots: few of them, and of every connection the newest row."""

from __future__ import annotations

from flux_desktop.engine.records.events import Snapshot
from flux_desktop.engine.records.facts import ConnectionRow
from flux_desktop.reports.sessions.thinning import SNAPSHOTS_MAX, ThinnedSnapshots


def test_one_a_second_is_kept_and_the_last_has_every_row() -> None:
    thinned = ThinnedSnapshots()
    for tick in range(1, 600):
        row = ConnectionRow(conn=1 + tick % 10, turns=tick)
        thinned.take(Snapshot(t=tick / 10, ledger={"streaming": 10}, rows=[row]))
    snapshots = thinned.all()
    assert len(snapshots) <= 61
    assert snapshots[-1].t == 59.9
    assert [row.turns for row in sorted(snapshots[-1].rows, key=lambda row: row.turns)] == list(range(590, 600))
    rows = [(each.t, row.conn) for each in snapshots[:-1] for row in each.rows]
    assert 10 <= len(rows) <= 50
    assert len(set(rows)) == len(rows)


def test_a_long_run_has_a_bounded_number() -> None:
    thinned = ThinnedSnapshots()
    for second in range(3 * SNAPSHOTS_MAX):
        thinned.take(Snapshot(t=float(second), ledger={}))
    snapshots = thinned.all()
    assert SNAPSHOTS_MAX / 2 < len(snapshots) <= SNAPSHOTS_MAX + 1
    times = [each.t for each in snapshots]
    assert times == sorted(times)


def test_nothing_is_thinned_to_nothing() -> None:
    assert ThinnedSnapshots().all() == []
