"""Tests of what a report shows, and that every format shows the same numbers and does no harm."""

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

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.work_share import WorkEndedError
from flux_desktop.cli.report import FORMATS, document
from flux_desktop.cli.summary_text import summary_lines
from flux_desktop.engine.recording.recording_file import RUN_FILE, compressor
from flux_desktop.engine.records.events import GeneratorsSeen, encode_event
from flux_desktop.engine.records.facts import GeneratorRow
from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.session_report import read_session_report
from tests.reports.documents.recorded_run import HOSTILE, failed, recorded


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("sessions"), connections=9)


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_run_over_shared_channels_says_so(tmp_path: Path) -> None:
    own, shared = recorded(tmp_path / "own"), recorded(tmp_path / "shared", streams_per_channel=5)
    of_own, of_shared = read_session_report(own), read_session_report(shared)
    assert ("Streams per channel", "up to 5") in of_shared.facts
    assert any(re.fullmatch(" +streams per channel +up to 5", line) for line in summary_lines(of_shared.summary))
    assert "Streams per channel" not in dict(of_own.facts)
    assert not any("streams per channel" in line for line in summary_lines(of_own.summary))


def test_the_same_numbers_are_in_every_format(session: Path) -> None:
    report = read_session_report(session)
    p95_ms = report.summary.update_latency_user_clock["p95_ms"]
    assert p95_ms is not None
    shown = f"{p95_ms:.1f}" if p95_ms < 100 else f"{p95_ms:.0f}"
    assert f"p95 {shown} ms" in "\n".join(summary_lines(report.summary))
    assert shown in _Page(document(session, "html")).text
    assert f"{p95_ms:.1f}".replace(".", r"\.") in document(session, "markdown")
    assert json.loads(document(session, "json"))["summary"]["update_latency_user_clock"]["p95_ms"] == p95_ms
    assert f'duration="update",quantile="0.95"}} {p95_ms}' in document(session, "metrics")
    assert f"update_p95_ms is {p95_ms:.1f} ms" in "\n".join(str(limit) for limit in report.summary.limits)
    rows = list(csv.DictReader(io.StringIO(document(session, "connections"))))
    assert [float(row["update_p95_ms"]) for row in rows] == [each.update.p95_ms for each in report.connections]


def test_the_interval_is_of_the_single_values_and_holds_the_value(session: Path) -> None:
    figure = next(each for each in read_session_report(session).figures if each.name == "update_p95_ms")
    low, high, n = re.match(r"95 % interval (\d+)–(\d+) ms, n = (\d+)", figure.interval).groups()
    assert figure.value is not None
    assert int(low) <= figure.value <= int(high) + 1
    assert int(n) == 9 * 60


def test_a_page_has_no_script_and_no_external_resource(session: Path) -> None:
    text = document(session, "html")
    page = _Page(text)
    assert "script" not in page.tags
    assert not {"img", "link", "iframe", "object", "video"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert "@page" in text
    assert len(text) < 2_000_000


def test_hostile_texts_do_no_harm_in_any_format(session: Path) -> None:
    for kind in FORMATS:
        text = document(session, kind)
        assert "\x1b[" not in text, kind
        assert "<script>" not in text or kind in ("json", "connections"), kind
    turns = list(csv.DictReader(io.StringIO(document(session, "turns"), newline="")))
    assert len(turns) == 9
    for row in turns:
        assert not row["text"].startswith(("=", "+", "-", "@"))
    assert turns[1]["text"] == f"'{HOSTILE[1]}"
    assert turns[7]["text"] == HOSTILE[7]
    ET.fromstring(document(session, "junit"))  # noqa: S314 - our own text


def test_a_hostile_endpoint_and_problem_are_text_in_every_format(tmp_path: Path) -> None:
    report = read_session_report(failed(tmp_path))
    report.headline = report.title = report.summary.endpoint = HOSTILE[0] + HOSTILE[8]
    page = _Page(as_html(report))
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "alert(1)" in page.text
    for kind in ("markdown", "junit"):  # the others are data, which nothing renders
        assert "<script>" not in FORMATS[kind](report).replace(r"\<", "")


def test_a_limit_is_a_test_case(tmp_path: Path) -> None:
    good = ET.fromstring(document(recorded(tmp_path / "a"), "junit"))  # noqa: S314
    assert (good.get("tests"), good.get("failures")) == ("1", "0")
    assert good[0].get("name") == "update_p95_ms < 400"
    bad = ET.fromstring(document(recorded(tmp_path / "b", scale=10), "junit"))  # noqa: S314
    assert bad.get("failures") == "1"
    assert "required: < 400 ms" in (bad[0][0].get("message") or "")


def test_a_run_that_failed_says_why(tmp_path: Path) -> None:
    folder = failed(tmp_path)
    assert read_session_report(folder).headline == "FAIL: The endpoint is not in service."
    assert ET.fromstring(document(folder, "junit")).get("failures") == "1"  # noqa: S314


def test_a_capacity_search_heads_its_report(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    result = Result(kind="BRACKETED", passes=46, fails=48, why_fails="it is slow", repeats=3)
    search = CapacityReport(result=result, sentence=result.sentence())
    (folder / REPORT_FILE).write_bytes(msgspec.json.encode(search))
    assert read_session_report(folder).headline.startswith("BRACKETED: 46 conversations")
    assert "BRACKETED: 46 conversations" in _Page(document(folder, "html")).text
    (folder / REPORT_FILE).write_bytes(b"{")
    assert read_session_report(folder).capacity is None


def test_the_machines_of_a_run_on_several_are_named(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    seen = GeneratorsSeen(
        t=1.0, rows=[GeneratorRow(name="west", streams=3), GeneratorRow(name="east", lost="no answer")]
    )
    with (folder / RUN_FILE).open("ab") as file:
        file.write((member := compressor()).compress(encode_event(seen)) + member.flush())
    page = _Page(document(folder, "html")).text
    assert "west: 3 streams" in page
    assert "east: lost, no answer" in page


def test_what_is_no_session_is_a_sentence(tmp_path: Path) -> None:
    for kind in ("html", "turns"):
        with pytest.raises(ProblemError):
            document(tmp_path / "nothing", kind)


def test_its_reading_reports_progress_up_to_the_whole_and_can_be_ended(session: Path) -> None:
    shares: list[float] = []

    def watch(share: float) -> bool:
        shares.append(share)
        return True

    read_session_report(session, watch)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with pytest.raises(WorkEndedError):
        read_session_report(session, lambda share: share < 0.5)
