"""What an experiment has found is kept beside its sessions, and shown harmlessly in every report of them."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.evaluation.thresholds.sweep_report import sweep_report
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.reports.documents.experiment import (
    EXPERIMENT_FILE,
    ExperimentReport,
    keep_experiment,
    read_experiment,
    sweep_experiment,
)
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.markdown import as_markdown
from flux_desktop.reports.documents.session_report import read_session_report
from tests.reports.documents.recorded_run import HOSTILE, recorded


def test_a_report_shows_the_experiment(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    found = ExperimentReport(
        title="Threshold sweep",
        sentences=[HOSTILE[0]],
        headings=["", "Setting"],
        rows=[["Fast, at most 10 % cut off", "eot 0.7"]],
        curve=[(300.0, 9.0), (600.0, 4.0)],
        curve_label="Cut-offs over wait",
    )
    keep_experiment([folder, tmp_path / "missing"], found)
    report = read_session_report(folder)
    assert report.experiment == found == read_experiment(folder)
    html, markdown = as_html(report), as_markdown(report)
    assert "Fast, at most 10 % cut off" in html
    assert "Fast, at most 10 % cut off" in markdown
    assert "ms of wait" in html
    assert "<script" not in html
    (folder / EXPERIMENT_FILE).write_text("{")
    assert read_experiment(folder) is None
    assert "Threshold sweep" not in as_html(read_session_report(folder))


def test_a_sweep_without_turns_decides_nothing() -> None:
    found = sweep_experiment(sweep_report([], current=Setting(eot=0.7), endpoint="local"))
    assert found.rows[0][:2] == ["Current setting", Setting(eot=0.7).text]
    assert found.curve == []
    assert found.sentences[0].startswith("0 turns")
