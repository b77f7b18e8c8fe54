"""What an experiment has found is kept beside its sessions, and shown harmlessly in every report of them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.markdown import as_markdown
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.findings import (
    EXPERIMENT_FILE,
    ExperimentReport,
    keep_experiment,
    read_capacity,
    read_experiment,
)
from tests.reports.documents.recorded_run import HOSTILE, recorded


def test_a_report_shows_the_experiment(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    experiment = ExperimentReport(
        title="Threshold sweep",
        finding="1 of 3 presets",
        sentences=[HOSTILE[0]],
        headings=["", "Setting"],
        rows=[["Fast, at most 10 % cut off", "eot 0.7"]],
        curve=[(300.0, 9.0), (600.0, 4.0)],
        curve_label="Cut-offs over wait",
    )
    keep_experiment([folder, tmp_path / "missing", None], experiment)
    report = read_session_report(folder)
    assert report.experiment == experiment == read_experiment(folder)
    html, markdown = as_html(report), as_markdown(report)
    assert "Fast, at most 10 % cut off" in html
    assert "Fast, at most 10 % cut off" in markdown
    assert "ms of wait" in html
    assert report.headline == "Threshold sweep: 1 of 3 presets."
    assert "<script" not in html
    (folder / EXPERIMENT_FILE).write_text("{")
    assert read_experiment(folder) is None
    assert "Threshold sweep" not in as_html(read_session_report(folder))


def test_a_search_is_read_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    assert read_capacity(tmp_path) is None
    search = CapacityReport(endpoint="e", sentence="BRACKETED")
    (tmp_path / REPORT_FILE).write_bytes(msgspec.json.encode(search))
    assert read_capacity(tmp_path) == search
    (tmp_path / REPORT_FILE).write_bytes(b"{")
    assert read_capacity(tmp_path) is None
