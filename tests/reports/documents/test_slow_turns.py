"""The slowest turns of a run: by their EndOfTurn, with the messages of that turn alone."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.latencies import Latencies
from flux_desktop.reports.documents.markdown import as_markdown
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.documents.slow_turns import slow_turns
from tests.reports.recorded_talk import closing, ended, plan, said, session_of


def latencies() -> Latencies:
    rows = [  # connection, time, latency, whether it is an Update
        (1, 1.0, 10.0, True),
        (2, 1.1, 900.0, True),
        (1, 2.0, 50.0, False),
        (1, 3.0, 20.0, True),
        (2, 3.1, 30.0, True),
        (1, 4.0, 70.0, False),
        (2, 5.0, 60.0, False),
    ]
    conn, t, ms, updates = (list(column) for column in zip(*rows, strict=True))
    return Latencies(conn=conn, t=t, user_ms=ms, wire_ms=ms, is_update=updates)


def test_a_turn_has_its_own_messages() -> None:
    first, second = slow_turns(latencies(), 2)
    assert (first.conn, first.at_s, first.latency_ms) == (1, 4.0, 70.0)
    assert first.messages == [(3.0, 20.0), (4.0, 70.0)]
    assert second.messages == [(1.1, 900.0), (3.1, 30.0), (5.0, 60.0)]
    assert len(slow_turns(latencies())) == 3
    assert slow_turns(Latencies()) == []


def test_reports_show_them(tmp_path: Path) -> None:
    events = said("one two", 1.0, 2.0)
    for event in events:
        event.wire_latency_ms = 190.0
    report = read_session_report(session_of(tmp_path, plan(), *events, closing(3.0), ended(3.0, 3.0)))
    assert [(turn.conn, turn.latency_ms) for turn in report.slowest] == [(1, 200.0)]
    assert "connection 1, 2.0 s into the run: EndOfTurn after 200 ms" in as_html(report)
    assert "EndOfTurn after 200 ms" in as_markdown(report)
