"""A session's report for machines: JSON, JUnit, OpenMetrics text, and CSV of connections and turns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

from flux_desktop.base.plain_text import plain
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.documents.report_parts import SessionReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings by which a spreadsheet takes a cell for a formula."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_json(report: SessionReport) -> str:
    """The whole report but for its single latencies; `flux-stress schema report` describes it."""
    document = {name: getattr(report, name) for name in report.__struct_fields__ if name != "latencies"}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def as_junit(report: SessionReport) -> str:
    """One test case for each limit; without limits one for the run, which fails if not all connections completed."""
    cases = [(str(result.limit), "" if result.met else str(result)) for result in report.summary.limits]
    if report.capacity is not None and report.capacity.result is not None:
        failed = "" if report.capacity.result.passes > 0 else report.capacity.sentence
        cases += [(str(criterion), failed) for criterion in report.capacity.criteria]
    if not cases:
        cases = [("run", "" if _is_good(report) else report.headline)]
    if report.experiment is not None and report.experiment.passed is not None:
        why = "" if report.experiment.passed else " ".join(report.experiment.sentences[:1])
        cases.append((report.experiment.title, why))
    if report.verdict in ("INVALID", "CUT OFF"):
        cases.append(("valid", report.headline))
    failures = sum(bool(why) for _, why in cases)
    seconds = f"{report.summary.duration_s:.1f}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name={_attribute(report.title)} tests="{len(cases)}" failures="{failures}" time="{seconds}">',
    ]
    for name, why in cases:
        case = f"  <testcase classname={_attribute(report.summary.endpoint)} name={_attribute(name)}"
        if why:
            lines += [f"{case}>", f"    <failure message={_attribute(why)}>{_text(report.headline)}</failure>"]
            lines.append("  </testcase>")
        else:
            lines.append(f"{case}/>")
    return "\n".join([*lines, "</testsuite>", ""])


def _is_good(report: SessionReport) -> bool:
    """Whether a run without limits did what it was for."""
    if report.capacity is not None and report.capacity.result is not None:
        return report.capacity.result.passes > 0
    completed = report.summary.ledger.get("completed", 0)
    return report.verdict in ("DONE", "PASS") and completed == report.summary.planned


def as_open_metrics(report: SessionReport) -> str:
    """Gauges of the run: durations by quantile, connections by class, and the figures on top."""
    labels = f'endpoint="{_label(report.summary.endpoint)}"'
    lines = ["# TYPE flux_duration_ms gauge", "# UNIT flux_duration_ms ms"]
    for row in report.percentiles:
        for name, value in (("0.5", row.p50_ms), ("0.95", row.p95_ms), ("0.99", row.p99_ms), ("1", row.max_ms)):
            if value is not None:
                lines.append(f'flux_duration_ms{{{labels},duration="{row.name}",quantile="{name}"}} {value}')
    lines.append("# TYPE flux_duration_values gauge")
    lines += [f'flux_duration_values{{{labels},duration="{row.name}"}} {row.n}' for row in report.percentiles]
    lines.append("# TYPE flux_connections gauge")
    lines += [f'flux_connections{{{labels},class="{name}"}} {n}' for name, n in report.summary.ledger.items()]
    lines.append("# TYPE flux_figure gauge")
    lines += [
        f'flux_figure{{{labels},figure="{_label(figure.name)}"}} {figure.value}'
        for figure in report.figures
        if figure.value is not None
    ]
    return "\n".join([*lines, "# EOF", ""])


def connections_csv(report: SessionReport) -> str:
    """One row for each connection."""
    head = [
        "connection",
        "ended_as",
        "turns",
        "update_n",
        "update_p50_ms",
        "update_p95_ms",
        "wire_p95_ms",
        "late_chunks",
    ]
    head += ["retries", "reconnects", "unheard_s", "problem", "text"]
    rows = (
        [
            each.conn,
            each.ledger.value,
            each.turns,
            each.update.n,
            each.update.p50_ms,
            each.update.p95_ms,
            each.wire.p95_ms,
            each.late_chunks,
            each.retries,
            each.reconnects,
            each.unheard_s,
            each.problem.sentence() if each.problem else "",
            " ".join(text.strip() for text in each.final_texts),
        ]
        for each in report.connections
    )
    return csv_text(head, rows)


def turns_csv(turns: Mapping[int, Iterable[Turn]]) -> str:
    """One row for each turn that has ended, by connection."""
    head = ["connection", "turn", "start_s", "end_s", "ended_by", "text"]
    rows = (
        [conn, turn.index, turn.start_s, turn.end_s, turn.ended_by, turn.transcript]
        for conn, some in turns.items()
        for turn in some
    )
    return csv_text(head, rows)


def csv_text(head: list[str], rows: Iterable[list[Any]]) -> str:
    """A table for spreadsheets; None is an empty cell, and no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula begins with an apostrophe."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = plain(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def xml_text(text: str) -> str:
    """Without what XML cannot hold; still to be escaped."""
    return _NOT_XML.sub("", plain(text))


def _attribute(text: str) -> str:
    return quoteattr(xml_text(text))


def _text(text: str) -> str:
    return escape(xml_text(text))


def _label(text: str) -> str:
    return plain(text).replace("\\", r"\\").replace('"', r"\"").replace("\n", " ")
