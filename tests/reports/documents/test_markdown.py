"""Tests of a report as Markdown."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.reports.documents.markdown import as_markdown
from flux_desktop.reports.documents.session_report import read_session_report
from tests.reports.documents.recorded_run import HOSTILE, recorded


def test_texts_of_unknown_origin_are_one_cell_without_markup(tmp_path: Path) -> None:
    report = read_session_report(recorded(tmp_path))
    report.facts = [("Audio", f"{HOSTILE[5]} {HOSTILE[8]}")]
    (line,) = [line for line in as_markdown(report).splitlines() if line.startswith("| Audio")]
    assert line.count(" | ") == 1
    assert "quoted" in line
    assert r"\| cell \|" in line


def test_it_has_every_part_that_a_run_has(tmp_path: Path) -> None:
    text = as_markdown(read_session_report(recorded(tmp_path)))
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Limits",
        "## Connections",
        "## Durations",
        "## What was tested",
    ]
