"""A session's report as Markdown, such as for the summary page of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain
from flux_desktop.evaluation.accuracy.word_accuracy import WorstTurn
from flux_desktop.evaluation.capacity.rung import interval_text
from flux_desktop.reports.documents.report_parts import INTERVAL_NOTE, SessionReport
from flux_desktop.reports.percentiles import ROUGH_NOTE

_PAIRS_SHOWN = 60
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~])")


def as_markdown(report: SessionReport) -> str:
    """The document: verdict, figures, limits, ledger, durations, accuracy."""
    lines = [f"# {safe(report.title)}", "", f"**{safe(report.headline)}**", ""]
    lines += [safe(report.remark), ""] if report.remark else []
    lines += table(
        ("Figure", "Value", "95 % interval"),
        ((figure.label, figure.text, figure.interval) for figure in report.figures),
    )
    if report.capacity is not None:
        lines += ["## Capacity", ""]
        lines += table(
            ("Streams", "Verdict", "Figures", "Reason"),
            (
                (
                    str(rung.streams),
                    rung.judgement,
                    "; ".join(f"{each.criterion} {interval_text(each)}" for each in rung.measured),
                    rung.reason,
                )
                for rung in report.capacity.rungs
            ),
        )
    if report.experiment is not None:
        lines += [f"## {safe(report.experiment.title)}", ""]
        lines += [f"- {safe(sentence)}" for sentence in report.experiment.sentences]
        lines += ["", *table(tuple(report.experiment.headings), map(tuple, report.experiment.rows))]
    if report.summary.limits:
        rows = (("met" if result.met else "NOT MET", str(result)) for result in report.summary.limits)
        lines += ["## Limits", "", *table(("Result", "Limit"), rows)]
    lines += ["## Connections", "", *table(("Ended as", "Connections"), _pairs(report.summary.ledger))]
    for entry in report.summary.problems[:20]:
        lines += [f"- {amount(len(entry.connections), 'connection')}: {safe(entry.problem.sentence())}"]
    lines += ["", "## Durations", ""]
    lines += table(
        ("Duration, ms", "n", "p50", "p95", "p99", "max"),
        (
            (row.label, f"{row.n:,}", *(mark + _number(value) for mark, value in row.marked))
            for row in report.percentiles
        ),
    )
    lines += [safe(ROUGH_NOTE), ""] if report.has_rough_percentiles else []
    if report.accuracy_rows:
        rows = ((row.label, row.value) for row in report.accuracy_rows)
        lines += ["## Accuracy and turns", "", *table(("Figure", "Value"), rows)]
    if report.worst:
        turns = (
            (f"{PurePath(turn.clip).name}, turn {turn.turn}", f"{turn.errors.errors} of {turn.errors.n}", _spoken(turn))
            for turn in report.worst
        )
        lines += ["## Worst turns", "", *table(("Turn", "Errors", "Text: [missing] and (extra) words"), turns)]
    if report.timelines:
        wrong = ((f"{each.clip}, turn {each.turn}", str(each.conn), each.why) for each in report.timelines)
        lines += ["## What went wrong in turns", "", *table(("Turn", "Connection", "What"), wrong)]
    if report.slowest:
        slow = (
            (str(each.conn), f"{each.at_s:.1f}", f"EndOfTurn after {each.latency_ms:.0f} ms") for each in report.slowest
        )
        lines += ["## Slowest ends of turn", "", *table(("Connection", "At, s of the run", "What"), slow)]
    lines += ["## What was tested", "", *table(("", ""), report.facts), INTERVAL_NOTE]
    return "\n".join(lines) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table whose head and cells are text of unknown origin."""
    body = [f"| {' | '.join(safe(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(map(safe, head))} |", f"|{'---|' * len(head)}", *body, ""]


def _spoken(turn: WorstTurn) -> str:
    words = []
    for reference_token, transcript_token in turn.pairs[:_PAIRS_SHOWN]:
        if reference_token == transcript_token:
            words.append(reference_token or "")
            continue
        words += [f"[{reference_token}]"] if reference_token is not None else []
        words += [f"({transcript_token})"] if transcript_token is not None else []
    return " ".join(words)


def _pairs(counts: dict[str, int]) -> list[tuple[str, str]]:
    return [(name, f"{count:,}") for name, count in counts.items()]


def safe(text: str) -> str:
    """Text of unknown origin: no markup, and on one line."""
    return _SPECIAL.sub(r"\\\1", plain(text).replace("\n", " "))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
