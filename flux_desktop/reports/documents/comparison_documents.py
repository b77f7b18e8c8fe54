"""A comparison of two sessions as a document: Markdown, JUnit or JSON, the same for window and command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import msgspec

from flux_desktop.base.plain_text import plain
from flux_desktop.evaluation.comparing.comparison import Compared
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
                "" if figure.allowed is None else f"{figure.allowed}: {'FAILS' if figure.failed else 'ok'}",
            )
            for figure in result.figures
        )
        lines += table(("Figure", "Base", "New", "Finding", "Allowed"), rows)
        lines += [safe(note) for note in result.notes()]
    return "\n".join(lines) + "\n"


def comparison_junit(result: Comparison) -> str:
    """One test case for each figure; a comparison that cannot be made is a failure."""
    cases = [(each.label, each.sentence() if each.failed else "") for each in result.figures]
    if not result.comparable:
        cases.append(("comparable", result.verdict()))
    failed = sum(bool(why) for _, why in cases)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="compare" tests="{len(cases)}" failures="{failed}">',
    ]
    for name, why in cases:
        case = f'  <testcase classname="compare" name={quoteattr(xml_text(name))}'
        failure = f"><failure message={quoteattr(xml_text(why))}/></testcase>" if why else "/>"
        lines.append(case + failure)
    return "\n".join([*lines, "</testsuite>", ""])


def comparison_json(result: Comparison) -> str:
    """What `flux-stress compare --json` prints."""
    return plain(msgspec.json.format(msgspec.json.encode(result), indent=2).decode()) + "\n"


def estimate_text(figure: Compared, estimate: Estimate) -> str:
    """A value with its unit, interval and n."""
    if estimate.value is None:
        return f"not known (n = {estimate.n:,})"
    interval = "no interval"
    if estimate.low is not None and estimate.high is not None:
        interval = f"{estimate.low:.1f} to {estimate.high:.1f}"
    return f"{estimate.value:.1f} {figure.unit} ({interval}, n = {estimate.n:,})"
