"""A comparison as Markdown, JUnit and JSON: the same figures, and no harm by any text."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from flux_desktop.evaluation.comparing.comparison import parse_allowed
from flux_desktop.reports.documents.comparison import Comparison, compare_sessions
from flux_desktop.reports.documents.comparison_documents import (
    comparison_document,
    comparison_junit,
    comparison_markdown,
    estimate_text,
)
from flux_desktop.reports.documents.markdown import safe
from tests.reports.documents.recorded_run import HOSTILE, recorded


def test_each_format_has_the_same_figures(tmp_path: Path) -> None:
    base, new = recorded(tmp_path / "a"), recorded(tmp_path / "b", scale=1.5)
    result = compare_sessions(base, new, [parse_allowed("update_p95_ms>+10%")])
    markdown = comparison_document(result, Path("x.md"))
    data = json.loads(comparison_document(result, Path("x.json")))
    suite = ET.fromstring(comparison_document(result, Path("x.XML")))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures")) == (str(len(result.figures)), "1")
    for figure, stated in zip(result.figures, data["figures"], strict=True):
        assert safe(estimate_text(figure, figure.new)) in markdown
        assert stated["new"]["value"] == figure.new.value
        assert f"n = {figure.new.n:,}" in estimate_text(figure, figure.new)
        if figure.failed:
            assert figure.sentence() in [case[0].get("message") for case in suite if len(case)]
    for note in result.notes():
        assert safe(note) in markdown


def test_a_comparison_that_cannot_be_made_is_a_failed_test_case() -> None:
    text = comparison_junit(Comparison(base="a", new="b", comparable=False, reasons=['different data ("x" & <y>)']))
    root = ET.fromstring(text)  # noqa: S314 - our own text
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    assert root[0][0].get("message") == 'Not comparable: different data ("x" & <y>).'


def test_hostile_texts_do_no_harm() -> None:
    for text in HOSTILE:
        result = Comparison(base=text, new=text, comparable=False, reasons=[text])
        ET.fromstring(comparison_junit(result))  # noqa: S314 - our own text
        markdown = comparison_markdown(result)
        assert "<script>" not in markdown.replace(r"\<", "")
        assert "\x1b" not in markdown
