"""The figures on top of a report are those of its summary, each with its interval, n and definition."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.statistics.intervals import wilson
from flux_desktop.reports.documents.report_figures import report_figures, report_percentiles
from flux_desktop.reports.documents.report_parts import DEFINITIONS, LABELS
from flux_desktop.reports.documents.session_report import read_session_report
from tests.reports.documents.recorded_run import recorded
from tests.reports.recorded_talk import small_accuracy


def test_each_figure_has_interval_n_and_definition(tmp_path: Path) -> None:
    report = read_session_report(recorded(tmp_path))
    figures = report_figures(report.summary, report.latencies, None)
    assert figures == report.figures
    assert [each.name for each in figures] == ["completed", "update_p95_ms", "wire_p95_ms"]
    for figure in figures:
        assert figure.definition
        assert "95 % interval" in figure.interval
        assert "n = " in figure.interval
    rows = report_percentiles(report.summary)
    assert [row.name for row in rows] == ["update", "wire", "pacing"]
    assert all(row.definition and row.n for row in rows)


def test_a_lower_bound_says_no_more_than_was_measured(tmp_path: Path) -> None:
    report = read_session_report(recorded(tmp_path))
    stopped = Result(kind="LOWER BOUND", passes=24, repeats=1, max_streams=200, reason="interrupted")
    for result, interval in (
        (stopped, "at least; measured once"),
        (replace(stopped, repeats=2), "at least; measured 2 times"),
        (replace(stopped, fails=48), "between 24 and 48, measured once"),
    ):
        figure = report_figures(report.summary, report.latencies, None, result)[0]
        assert (figure.text, figure.interval) == ("24", interval)


def test_no_cut_off_in_a_few_holds_is_no_rate(tmp_path: Path) -> None:
    report = read_session_report(recorded(tmp_path))
    accuracy = small_accuracy()
    assert accuracy.turns is not None
    for share, text in ((wilson(0, 58), "too few holds"), (wilson(0, 59), "0.0 %"), (wilson(9, 12), "75.0 %")):
        turns = replace(accuracy.turns, cut_offs_per_hold=share)
        figures = report_figures(report.summary, report.latencies, replace(accuracy, turns=turns))
        assert (figures[-1].name, figures[-1].text) == ("cut_offs_per_hold", text)
        assert f"n = {share.n}" in figures[-1].interval


def test_every_duration_that_has_a_label_is_defined() -> None:
    assert LABELS.keys() <= DEFINITIONS.keys()
