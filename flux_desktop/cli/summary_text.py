"""The summary of a run as lines of text: a pure function of the same summary that `--json` prints."""

from __future__ import annotations

from collections.abc import Mapping

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain
from flux_desktop.cli.accuracy_text import clip_lines
from flux_desktop.engine.records.facts import outcome_word
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.reports.accuracy_text import accuracy_rows
from flux_desktop.reports.generator_text import generator_text
from flux_desktop.reports.percentiles import PERCENTILES, ROUGH_NOTE, rough_mark
from flux_desktop.reports.run_result import RECORDING_INCOMPLETE, FinalSummary, shown_figures

_LABEL_CHARS = 28
_CONNECTIONS_NAMED_MAX = 8
_FURTHER = (
    ("first_transcript", "first transcript"),
    ("start_of_turn", "start of turn"),
    ("end_of_turn", "end of turn"),
    ("end_decision", "… decision, audio time"),
    ("end_delivery", "… delivery"),
    ("eager_lead", "eager lead"),
    ("configure", "Configure round trip"),
    ("connect", "connect: TCP, TLS"),
    ("headers", "… request to headers"),
    ("connected", "… headers to Connected"),
    ("close", "close"),
)


def summary_lines(summary: FinalSummary) -> list[str]:
    """The lines in reading order: how the connections ended, latencies, problems, verdict."""
    completed = summary.ledger.get("completed", 0)
    rule = "─" * 72
    lines = [
        "",
        rule,
        f"{completed:,} of {amount(summary.planned, 'connection')} completed{_with_gaps(summary)} on "
        f"{plain(summary.endpoint)} in {summary.duration_s:.1f} s{_cut_off(summary)}",
        rule,
        *(_row(name, f"{count:,}") for name, count in summary.ledger.items()),
        _row("planned", f"{summary.planned:,}"),
        *_shared(summary),
        *_repeated(summary),
        "",
        _row("turns", _turns(summary)),
        _row("update latency, user clock", _latency(summary.update_latency_user_clock)),
        _row("update latency, wire clock", _latency(summary.update_latency_wire_clock)),
        *(_row(label, _latency(summary.figures[name])) for name, label in _further(summary)),
        _row("pacing error", f"{_latency(summary.pacing_error)}, {summary.late_chunks:,} late"),
        _row("sent", f"{amount(summary.chunks_sent, 'chunk')}, {summary.sent_bytes / 1e6:.1f} MB"),
    ]
    if any("~" in line for line in lines):
        lines.append(_row("", ROUGH_NOTE))
    if summary.accuracy is not None:
        lines += ["", *(_row(row.label, row.value) for row in accuracy_rows(summary.accuracy))]
        lines += clip_lines(summary.accuracy)
    elif summary.word_errors is not None:
        lines.append(_row(f"{summary.word_errors.label}, running count", _accuracy(summary.word_errors)))
    if summary.violations:
        violations = ", ".join(f"{name} ({count:,})" for name, count in sorted(summary.violations.items()))
        lines.append(_row("protocol violations", violations))
    if summary.account is not None and not summary.account.is_empty:
        lines += ["", *(_row("" if number else "account", line) for number, line in enumerate(summary.account.lines()))]
    for number, row in enumerate(summary.generators):
        lines.append(_row("" if number else "generators", generator_text(row)))
    lines += [line for line in _problems(summary) if line]
    lines += ["", _row("verdict", _verdict(summary))]
    lines += [_row("", reason) for reason in summary.reasons[1:]]
    for label, result in zip(["limits", *[""] * len(summary.limits)], summary.limits, strict=False):
        lines.append(_row(label, f"{'met' if result.met else 'NOT MET':7} {result}"))
    lacks = [plain(notice.what) for notice in summary.notices if notice.code == RECORDING_INCOMPLETE]
    lines += [_row("" if number else "recording", what) for number, what in enumerate(lacks)]
    if summary.session_folder:
        lines.append(_row("session folder", summary.session_folder))
    return lines


def _further(summary: FinalSummary) -> list[tuple[str, str]]:
    shown = shown_figures(summary)
    return [(name, label) for name, label in _FURTHER if name in shown]


def _row(label: str, value: str) -> str:
    return f"  {label:<{_LABEL_CHARS}}{value}".rstrip()


def _with_gaps(summary: FinalSummary) -> str:
    return f" ({summary.reconnected:,} with a gap)" if summary.reconnected else ""


def _shared(summary: FinalSummary) -> list[str]:
    """How many streams might share a channel, where any might."""
    shared = summary.streams_per_channel
    return [_row("streams per channel", f"up to {shared}")] if shared > 1 else []


def _repeated(summary: FinalSummary) -> list[str]:
    """Retries and reconnects, if there were any."""
    lines = []
    if summary.retries:
        lines.append(_row("retries", f"{summary.retries:,}"))
    if summary.reconnects:
        lines.append(_row("reconnects", f"{summary.reconnects:,}, {summary.unheard_s:.1f} s of audio not transcribed"))
    return lines


def _turns(summary: FinalSummary) -> str:
    counts = summary.event_counts
    cut = f"{summary.turns_cut:,} without EndOfTurn, " if summary.turns_cut else ""
    ended = f"{summary.turns - summary.turns_cut:,} ended, {cut}"
    return f"{ended}{counts.get('EagerEndOfTurn', 0):,} eager, {counts.get('TurnResumed', 0):,} resumed"


def _latency(values: Mapping[str, float | int | None]) -> str:
    n = int(values.get("n") or 0)
    if not n:
        return "not measured"
    parts = [f"{name} {rough_mark(name, n)}{_ms(values.get(f'{name}_ms'))}" for name in PERCENTILES]
    return f"{'  '.join(parts)}  (n = {n:,})"


def _accuracy(errors: WordErrors) -> str:
    rate = "-" if errors.rate_percent is None else f"{errors.rate_percent:.1f} %"
    counts = f"{errors.substitutions:,} substituted, {errors.deletions:,} missing, {errors.insertions:,} extra"
    return f"{rate}  ({counts}, n = {errors.n:,} {errors.unit}s)"


def _ms(value: float | int | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} ms" if value < 100 else f"{value:.0f} ms"


def _cut_off(summary: FinalSummary) -> str:
    is_cut_off = any(notice.code == RECORDING_INCOMPLETE for notice in summary.notices)
    return ", recording CUT OFF" if is_cut_off else ""


def _verdict(summary: FinalSummary) -> str:
    verdict = outcome_word(summary.verdict, interrupted=summary.interrupted) + _cut_off(summary)
    return f"{verdict}: {summary.reasons[0]}" if summary.reasons else verdict


def _problems(summary: FinalSummary) -> list[str]:
    lines = [""]
    for entry in summary.problems:
        named = ", ".join(str(conn) for conn in entry.connections[:_CONNECTIONS_NAMED_MAX])
        more = len(entry.connections) - _CONNECTIONS_NAMED_MAX
        who = "connection" if len(entry.connections) == 1 else "connections"
        if more > 0:
            named += f" and {more:,} more"
        lines.append(f"  {who} {named}: {plain(entry.problem.sentence())}")
    return lines
