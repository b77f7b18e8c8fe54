"""Tests of a report as Markdown."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.markdown import as_markdown
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.percentiles import ROUGH_NOTE
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


def test_percentiles_of_too_few_values_are_marked(tmp_path: Path) -> None:
    report = read_session_report(recorded(tmp_path))
    text, page = as_markdown(report), as_html(report)
    assert r"| Pacing error | 9 | 1\.0 | \~2\.0 | \~3\.0 | 4\.0 |" in text
    assert r"\~ too few values for this percentile" in text
    assert '<td class="n">~3.0</td><td class="n">4.0</td>' in page
    assert ROUGH_NOTE in page
    report.percentiles = [row for row in report.percentiles if row.name != "pacing"]
    report.percentiles = [replace(row, n=299) for row in report.percentiles]
    assert "~" not in as_markdown(report)
    assert ROUGH_NOTE not in as_html(report)
