"""The load of a run as its connections change."""

from __future__ import annotations

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.reports.documents.run_load import LoadHistory


def test_open_streams_refusals_and_the_time_to_connect() -> None:
    history = LoadHistory()
    for conn in (1, 2, 3):
        history.changed(1.0, conn, ConnectionState.CONNECTING)
    history.changed(1.2, 1, ConnectionState.STREAMING)
    history.changed(1.1, 2, ConnectionState.STREAMING)  # of another worker
    history.ended(2.0, 3, LedgerClass.CONNECT_FAILED)
    history.changed(3.0, 1, ConnectionState.RECONNECTING)
    history.changed(3.5, 1, ConnectionState.STREAMING)
    history.ended(9.0, 2, LedgerClass.COMPLETED)
    load = history.load(((0.0, 3.0),), ((5.0, 88.0),))
    assert load.connected == ((1.0, 0.0), (1.2, 1.0), (1.2, 2.0), (3.0, 1.0), (3.5, 2.0), (9.0, 1.0))
    assert load.refused == (2.0,)
    assert load.opened == ((1.0, 1.2), (1.0, 1.2), (3.0, 3.5))
    assert (load.planned, load.p95_ms) == (((0.0, 3.0),), ((5.0, 88.0),))
