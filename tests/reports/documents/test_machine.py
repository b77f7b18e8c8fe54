"""Reports for machines: valid whatever texts a session holds, and a limit is a test case."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from flux_desktop.cli.report import FORMATS
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.evaluation.accuracy.word_accuracy import WorstTurn
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.machine import (
    as_json,
    as_junit,
    as_open_metrics,
    connections_csv,
    csv_text,
    turns_csv,
)
from flux_desktop.reports.documents.markdown import as_markdown
from flux_desktop.reports.documents.report_parts import SessionReport
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.documents.turn_timelines import TurnTimeline
from flux_desktop.reports.findings import ExperimentReport
from tests.reports.documents.recorded_run import HOSTILE, recorded

_METRIC = re.compile(r'(?:# (?:TYPE|UNIT) \S+ \S+|# EOF|[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\} -?[\d.e+-]+)')
_TAGS = frozenset({"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "dl", "dt", "dd", "table"})
_TAGS |= {"tr", "th", "td", "caption", "svg", "line", "polyline", "text", "circle", "path", "rect", "bdi", "del", "ins"}
_TAGS |= {"br", "figure", "figcaption", "ul", "li"}


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture(scope="module")
def plain_report(tmp_path_factory: pytest.TempPathFactory) -> SessionReport:
    return read_session_report(recorded(tmp_path_factory.mktemp("sessions")))


@pytest.fixture(params=range(len(HOSTILE)))
def hostile(request: pytest.FixtureRequest, plain_report: SessionReport) -> tuple[SessionReport, str]:
    """A report with one hostile text in every place that holds text of unknown origin."""
    text = HOSTILE[request.param]
    pairs = ((text, None), (None, text), (text, text))
    worst = WorstTurn(clip=text, turn=1, start_s=0.0, times=1, errors=WordErrors(n=3, deletions=1), pairs=pairs)
    words = [(text, 1.0, 2.0)]
    timeline = TurnTimeline(
        clip=text, turn=1, conn=1, why=text, start_s=1.0, end_s=2.0, words=words, holds=[], marks=[], played_s=0.0
    )
    report = msgspec.structs.replace(
        plain_report,
        title=text,
        headline=text,
        facts=[("Endpoint", text), ("Note", text)],
        worst=[worst],
        timelines=[timeline],
        experiment=ExperimentReport(
            title=text, sentences=[text], headings=[text, "b"], rows=[[text, text]], passed=False
        ),
        summary=msgspec.structs.replace(plain_report.summary, endpoint=text),
        connections=[ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED, final_texts=[text])],
    )
    return report, text


def test_a_page_holds_no_element_of_a_text(hostile: tuple[SessionReport, str]) -> None:
    page = _Tags(as_html(hostile[0]))
    assert page.tags <= _TAGS
    assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "href")]


def test_markdown_holds_no_markup_of_a_text(hostile: tuple[SessionReport, str]) -> None:
    text = as_markdown(hostile[0])
    assert re.search(r"(?<!\\)<", text) is None
    for line in text.splitlines():
        if line.startswith("|") and "\\|" not in line:
            assert line.endswith("|"), "a text ends no row"
    assert "\x1b" not in text


def test_junit_is_xml_and_says_the_text(hostile: tuple[SessionReport, str]) -> None:
    suite = ET.fromstring(as_junit(hostile[0]))  # noqa: S314 - our own text
    assert suite.get("failures") == "1", "the experiment has not passed"
    names = [case.get("name") for case in suite]
    assert names[0] == "update_p95_ms < 400"
    assert len(names) == 2


def test_json_keeps_the_text_as_it_is(hostile: tuple[SessionReport, str]) -> None:
    report, text = hostile
    assert json.loads(as_json(report))["summary"]["endpoint"] == text


def test_metrics_are_well_formed(hostile: tuple[SessionReport, str]) -> None:
    lines = as_open_metrics(hostile[0]).splitlines()
    assert [line for line in lines if _METRIC.fullmatch(line) is None] == []
    assert lines[-1] == "# EOF"


def test_no_cell_is_a_formula(hostile: tuple[SessionReport, str]) -> None:
    report, text = hostile
    turn = Turn(index=0, transcript=text, end_s=1.0, ended_by="model")
    for table in (connections_csv(report), turns_csv({1: [turn]}), csv_text(["text"], [[text]])):
        (row,) = csv.DictReader(io.StringIO(table, newline=""))
        assert not row["text"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert len(row["text"]) >= 0.9 * len(text.replace("\x1b", "").strip()) - 20


def test_every_format_is_tried() -> None:
    assert set(FORMATS.values()) == {as_html, as_markdown, as_junit, as_json, as_open_metrics, connections_csv}


def test_each_limit_of_a_search_is_a_test_case(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    limits = (Criterion("wire", 95, 400), Criterion("update", 99, 900))
    for passes, failures in ((46, "0"), (0, "2")):
        result = Result(kind="BRACKETED", passes=passes, fails=passes + 2, why_fails="it is slow", repeats=3)
        search = CapacityReport(criteria=limits, result=result, sentence=result.sentence())
        (folder / REPORT_FILE).write_bytes(msgspec.json.encode(search))
        report = read_session_report(folder)
        suite = ET.fromstring(as_junit(report))  # noqa: S314 - our own text
        assert [case.get("name") for case in suite][-2:] == [str(limit) for limit in limits]
        assert suite.get("failures") == failures
        figure = report.figures[0]
        assert (figure.text, figure.interval) == (str(passes), f"between {passes} and {passes + 2}, measured 3 times")
        assert f'figure="capacity_streams"}} {float(passes)}' in as_open_metrics(report)
