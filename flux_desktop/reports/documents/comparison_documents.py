"""A comparison of two sessions as a document: Markdown, JUnit or JSON, the same for window and command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import msgspec

from flux_desktop.base.plain_text import plain
from flux_desktop.evaluation.comparing.comparison import Compared, interval_text
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.reports.documents.comparison import Comparison
from flux_desktop.reports.documents.machine import xml_text
from flux_desktop.reports.documents.markdown import safe, table


def comparison_document(result: Comparison, path: Path) -> str:
    """The document that the name of a file asks for: .xml is JUnit, .json JSON, all else Markdown."""
    renderers: dict[str, Callable[[Comparison], str]] = {".xml": comparison_junit, ".json": comparison_json}
    return renderers.get(path.suffix.lower(), comparison_markdown)(result)


def comparison_markdown(result: Comparison) -> str:
    """Verdict, figures side by side, and what the findings mean."""
    lines = ["# Comparison", "", f"**{safe(result.verdict())}**", ""]
    lines += [f"Base: {safe(result.base)}", "", f"New: {safe(result.new)}", ""]
    if result.figures:
        rows = (
            (
                figure.label,
                estimate_text(figure, figure.base),
                estimate_text(figure, figure.new),
                figure.sentence(),
                "" if figure.allowed is None else f"{figure.allowed}: {judgement(figure) or 'ok'}",
            )
            for figure in result.figures
        )
        lines += table(("Figure", "Base", "New", "Finding", "Allowed"), rows)
        lines += [safe(note) for note in result.notes()]
    return "\n".join(lines) + "\n"


def comparison_junit(result: Comparison) -> str:
    """One test case for each figure, skipped where it is not decided; a comparison that cannot be made is a failure."""
    tags = {"FAILS": "failure", "NOT DECIDED": "skipped"}
    cases = [(each.label, tags.get(judgement(each), ""), each.sentence()) for each in result.figures]
    if not result.comparable:
        cases.append(("comparable", "failure", result.verdict()))
    failed, skipped = (sum(tag == each for _, tag, _ in cases) for each in ("failure", "skipped"))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="compare" tests="{len(cases)}" failures="{failed}" skipped="{skipped}">',
    ]
    for name, tag, why in cases:
        case = f'  <testcase classname="compare" name={quoteattr(xml_text(name))}'
        lines.append(case + (f"><{tag} message={quoteattr(xml_text(why))}/></testcase>" if tag else "/>"))
    return "\n".join([*lines, "</testsuite>", ""])


def comparison_json(result: Comparison) -> str:
    """What `flux-stress compare --json` prints."""
    return plain(msgspec.json.format(msgspec.json.encode(result), indent=2).decode()) + "\n"


def judgement(figure: Compared) -> str:
    """What becomes of an allowed change; empty where it is kept or none is given."""
    return "FAILS" if figure.failed else "NOT DECIDED" if figure.not_decided else ""


def estimate_text(figure: Compared, estimate: Estimate) -> str:
    """A value with its unit, interval and n."""
    if estimate.value is None:
        return f"not known (n = {estimate.n:,})"
    interval = interval_text(estimate).removeprefix("95 % interval ")
    return f"{estimate.value:.1f} {figure.unit} ({interval}, n = {estimate.n:,})"
