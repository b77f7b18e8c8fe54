"""The figures on top of a report are those of its summary, each with its interval, n and definition."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.reports.documents.report_figures import report_figures, report_percentiles
from flux_desktop.reports.documents.report_parts import DEFINITIONS, LABELS
from flux_desktop.reports.documents.session_report import read_session_report
from tests.reports.documents.recorded_run import recorded


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


def test_every_duration_that_has_a_label_is_defined() -> None:
    assert LABELS.keys() <= DEFINITIONS.keys()
