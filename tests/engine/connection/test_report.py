"""A connection's row and summary, from a life on a fake transport."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.report import ConnectionReport
from flux_desktop.engine.records.events import ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from tests.engine.connection.fake_transport import Bench, FakeStream, FakeTransport, polite
from tests.stepped_loop import run


def updating(stream: FakeStream, what: str) -> None:
    """A polite server with an Update for every chunk, 100 ms late."""
    polite(stream, what)
    if what == "audio" and 0.3 < stream.audio_s < 1.1:
        stream.turn("Update", "hello", after_s=0.1)


def test_the_row_of_a_connection_in_the_middle_of_a_turn() -> None:
    async def live() -> None:
        bench, rows = Bench(FakeTransport(updating)), []
        await bench.run((0.9, lambda: rows.append(bench.connection.row())))
        (row,) = rows
        assert (row.conn, row.state, row.ledger) == (1, ConnectionState.STREAMING, None)
        assert (row.turn_state, row.turns, row.text, row.request_id) == ("Speaking", 0, "hello", "r1")
        assert row.update_latency_ms == pytest.approx(100, abs=1)
        assert (row.update_p50_ms, row.update_p95_ms) == (pytest.approx(100, abs=1), pytest.approx(100, abs=1))
        assert row.position_s == pytest.approx(row.chunks_sent * 0.08)
        assert row.sent_bytes == row.chunks_sent * 2560
        assert row.parameters is None, "as planned"

    run(live())


def test_the_summary_is_the_sum_of_the_parts() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(updating))
        await bench.run()
        summary = bench.of(ConnectionEnded)[0].summary
        assert (summary.ledger, summary.problem) == (LedgerClass.COMPLETED, None)
        assert summary.event_counts == {"Connected": 1, "StartOfTurn": 1, "Update": 10, "EndOfTurn": 1}
        assert summary.sent_bytes == summary.chunks_sent * 2560
        assert (summary.update.n, summary.wire.n) == (10, 10)
        assert (summary.connect_s, summary.headers_s) == (0.01, 0.02)
        assert summary.connected_s == pytest.approx(0.06)
        assert summary.close_s == pytest.approx(0.0, abs=0.01)
        assert summary.aws_request_id == "aws-1"
        assert summary.first_end_of_turn_s == pytest.approx(1.2, abs=0.02)
        assert summary.sent_s == pytest.approx(summary.chunks_sent * 0.08, abs=0.001)
        assert 0 < summary.audio_s < summary.sent_s, "silence followed the audio"

    run(live())


def test_a_connection_without_a_stream_has_no_times_of_one() -> None:
    async def live() -> None:
        refused = Problem(code="access_denied", what="No.")
        bench = Bench(FakeTransport(refused))
        await bench.run()
        summary = bench.of(ConnectionEnded)[0].summary
        assert (summary.ledger, summary.problem) == (LedgerClass.CONNECT_FAILED, refused)
        assert (summary.connect_s, summary.headers_s, summary.connected_s, summary.aws_request_id) == (None,) * 4
        assert (summary.turns, summary.words) == (0, None)

    run(live())


def test_the_ending_is_noted_with_its_problem_and_duration() -> None:
    async def live() -> None:
        lost = Problem(code="connection_lost", what="Lost.")
        report = ConnectionReport(7)
        assert report.ledger is None
        report.ended(LedgerClass.FAILED, lost, 12.5, None)
        report.unheard_s = 1.23456
        connection = Bench(FakeTransport(polite)).connection
        parts = (connection._receiver, connection._sender, connection._controls)
        summary = report.summary(*parts)
        assert (summary.conn, summary.ledger, summary.problem) == (7, LedgerClass.FAILED, lost)
        assert (summary.duration_s, summary.unheard_s) == (12.5, 1.235)
        row = report.row(ConnectionState.ENDED, *parts)
        assert (row.conn, row.ledger, row.problem) == (7, LedgerClass.FAILED, lost)

    run(live())
