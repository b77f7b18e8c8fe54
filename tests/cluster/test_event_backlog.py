"""Tests for cluster.event_backlog."""

from __future__ import annotations

import pytest

from flux_desktop.cluster import event_backlog
from flux_desktop.cluster.event_backlog import EventBacklog
from flux_desktop.engine.records.events import Received, Snapshot, WorkerHeartbeat, decode_event
from flux_desktop.engine.records.facts import ConnectionRow


def test_of_snapshots_the_newest_stays_with_all_rows_that_changed() -> None:
    backlog = EventBacklog()
    backlog.add(1, Snapshot(t=1.0, ledger={}, rows=[ConnectionRow(conn=1, turns=1), ConnectionRow(conn=2)]))
    backlog.add(1, WorkerHeartbeat())
    backlog.add(2, Snapshot(t=1.5, ledger={}))
    backlog.add(1, Snapshot(t=2.0, ledger={}, chunks_sent=9, rows=[ConnectionRow(conn=1, turns=2)]))
    events = [(worker, decode_event(line)) for worker, line in backlog.take()]
    assert events[0] == (1, WorkerHeartbeat())
    (first, snapshot), (second, _) = events[1:]
    assert (first, second) == (1, 2)
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.t, snapshot.chunks_sent) == (2.0, 9)
    assert [(row.conn, row.turns) for row in snapshot.rows] == [(1, 2), (2, 0)]
    assert backlog.take() == []


def test_watched_messages_are_dropped_before_memory_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_backlog, "BACKLOG_MAX_BYTES", 100)
    backlog = EventBacklog()
    for number in range(50):
        backlog.add(1, Received(t=float(number), conn=1, type="TurnInfo", text="x" * 20))
    backlog.add(1, WorkerHeartbeat())
    lines = backlog.take()
    assert len(lines) < 10
    assert decode_event(lines[-1][1]) == WorkerHeartbeat()
    backlog.add(1, Received(t=0.0, conn=1, type="TurnInfo", text="x"))
    assert len(backlog.take()) == 1
