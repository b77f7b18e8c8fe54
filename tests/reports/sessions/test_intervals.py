"""The intervals of a session's figures agree with its report, and are left out where nothing decides them."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import scaled
from flux_desktop.reports.accuracy import read_accuracy
from flux_desktop.reports.documents.latencies import read_latencies
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.sessions.facts import read_facts
from flux_desktop.reports.sessions.intervals import read_intervals
from tests.reports.documents.recorded_run import recorded
from tests.reports.recorded_talk import begins, ended, plan, reference, said, session_of, words_of


def test_they_are_those_of_the_report(tmp_path: Path) -> None:
    folder = recorded(tmp_path, connections=9)
    facts = read_facts(folder)
    intervals = read_intervals(folder, facts.figures)
    report = {figure.name: figure for figure in read_session_report(folder).figures}
    update = intervals["update_p95_ms"]
    assert f"95 % interval {update.low:.0f}–{update.high:.0f} ms" in report["update_p95_ms"].interval
    estimate = quantile(*read_latencies(folder).values("wire"), 0.95)
    assert intervals["wire_p95_ms"] == estimate
    completed = intervals["completed_percent"]
    assert 60 < (completed.low or 0) < (completed.high or 0) == 100
    assert "connect_p95_ms" not in intervals, "this recording does not have it"
    assert "end_of_turn_p50_ms" not in intervals


def test_one_connection_has_no_interval_of_latencies(tmp_path: Path) -> None:
    folder = recorded(tmp_path, connections=1)
    facts = read_facts(folder)
    assert list(read_intervals(folder, facts.figures)) == ["completed_percent"]


def test_the_error_rate_is_the_scored_one_of_reports(tmp_path: Path) -> None:
    words = words_of("we like green apples", 0.0)
    heard = ("we like green apples", "we like green pears")
    spoken = [
        [begins(0, 0.0, conn), *said(text, 0.0, 2.5, conn=conn), ended(10.0, 10.0, conn)]
        for conn, text in enumerate(heard, 1)
    ]
    folder = session_of(tmp_path, plan(2), reference(0, words), *spoken[0], *spoken[1])
    accuracy = read_accuracy(folder)
    assert accuracy is not None
    scored = read_intervals(folder, {})["word_error_percent"]
    assert scored == scaled(accuracy.words[0].normalised.rate, 100)
    assert (scored.value, scored.low, scored.n) == (12.5, None, 8), "of one conversation there is no interval"
    assert "word_error_percent" not in read_facts(folder).figures, "the running count is none"
