"""The intervals of a session's figures agree with its report, and are left out where nothing decides them."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.engine.records.events import ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import wilson
from flux_desktop.reports.documents.latencies import read_latencies
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.sessions.facts import read_facts
from flux_desktop.reports.sessions.intervals import read_intervals
from tests.reports.documents.recorded_run import recorded
from tests.reports.recorded_talk import plan, session_of


def test_they_are_those_of_the_report(tmp_path: Path) -> None:
    folder = recorded(tmp_path, connections=9)
    facts = read_facts(folder)
    intervals = read_intervals(folder, facts.figures)
    report = {figure.name: figure for figure in read_session_report(folder).figures}
    low, high = intervals["update_p95_ms"]
    assert f"95 % interval {low:.0f}–{high:.0f} ms" in report["update_p95_ms"].interval
    estimate = quantile(*read_latencies(folder).values("wire"), 0.95)
    assert intervals["wire_p95_ms"] == (estimate.low, estimate.high)
    low, high = intervals["completed_percent"]
    assert 60 < low < high == 100
    assert "connect_p95_ms" not in intervals, "this recording does not have it"
    assert "end_of_turn_p50_ms" not in intervals


def test_one_connection_has_no_interval_of_latencies(tmp_path: Path) -> None:
    folder = recorded(tmp_path, connections=1)
    facts = read_facts(folder)
    assert list(read_intervals(folder, facts.figures)) == ["completed_percent"]


def test_no_error_in_a_few_words_is_bounded(tmp_path: Path) -> None:
    perfect = [
        ConnectionEnded(
            t=1.0, summary=ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED, words=WordErrors(n=50))
        )
        for conn in (1, 2, 3)
    ]
    folder = session_of(tmp_path, plan(3), *perfect)
    low, high = read_intervals(folder, {"word_error_percent": (0.0, 150)})["word_error_percent"]
    assert (low, high) == (0.0, 100 * (wilson(0, 50).high or 0)), "all may have sent the same words"
