"""A probe in words: for a support ticket, and what it says against a run's parameters."""

from __future__ import annotations

from flux_desktop.base.amounts import amount
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.probe_findings import Outcome, ProbeReport, bundle_from
from flux_desktop.flux.query import query_string

MARKS: dict[Outcome, str] = {"yes": "yes", "no": "no", "unclear": "?"}
_CHOSEN = ("control:", "option:")


def ticket_lines(report: ProbeReport) -> list[str]:
    """The report as plain text."""
    lines = [
        f"Endpoint {report.endpoint} ({report.region}), model {report.model}, {report.wall_time}",
        f"flux-desktop {report.version}, {amount(report.streams, 'stream')}, {report.duration_s:.0f} s",
    ]
    if report.problem:
        lines.append(report.problem)
    for finding in report.findings:
        mark, seen = MARKS[finding.outcome], f" | {finding.seen}" if finding.seen else ""
        lines.append(f"{finding.feature} | documented: {finding.documented} | this build: {mark}{seen}")
    return [*lines, *(f"Unknown message: {text}" for text in report.unknown_messages)]


def supported_words(report: ProbeReport) -> str:
    """How many of the features were there: ``13 of 21 supported``."""
    supported = sum(each.outcome == "yes" for each in report.findings)
    return f"{supported} of {len(report.findings)} supported"


def summary_words(report: ProbeReport) -> str:
    """When it was probed and what was found, with the parameters and control messages that were refused."""
    refused = [each.feature for each in report.findings if each.outcome == "no" and each.key.startswith(_CHOSEN)]
    without = f"; refused {', '.join(refused)}" if refused else ""
    return f"Probed {report.wall_time[:10]}: {supported_words(report)}{without}"


def warnings(report: ProbeReport | None, options: FluxOptions) -> list[str]:
    """What a run asks for although the build refused it when it was probed. The build has the last word: it may run."""
    if report is None or not report.reachable:
        return []
    build, day = bundle_from(report), report.wall_time[:10]
    names = sorted({pair.partition("=")[0] for pair in query_string(options).split("&")})
    refused = [name for name in names if report.outcome(f"option:{name}") == "no"]
    sentences = [f"This endpoint refused {name} when it was probed on {day}." for name in refused]
    highest = max(options.eot_threshold or 0.0, options.eager_eot_threshold or 0.0)
    if highest > build.eot_threshold_max:
        sentences.append(f"This endpoint refused thresholds above {build.eot_threshold_max:g} on {day}.")
    if options.eot_timeout_ms is not None and options.eot_timeout_ms > build.eot_timeout_ms_max:
        sentences.append(f"This endpoint refused timeouts above {build.eot_timeout_ms_max:,} ms on {day}.")
    return sentences
