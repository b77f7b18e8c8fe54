"""The banner at the end of a run: the verdict, the reasons for it, and the main figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from flux_desktop.base.amounts import amount
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.reports.accuracy_text import rates_text
from flux_desktop.reports.percentiles import rough_mark
from flux_desktop.reports.session_summary import without_end
from flux_desktop.ui.models import text
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin

VERDICT_WORDS = {
    Verdict.DONE: "Run complete",
    Verdict.PASS: "PASS: all limits were met",
    Verdict.FAIL: "FAIL: not all limits were met",
    Verdict.INVALID: "INVALID: the figures of this run cannot be trusted",
}
STAND_IN = "The built-in endpoint was used: accuracy and latency are not those of Flux."
SUMMARY = "summary"
"""Code of the message with a run's result."""
REPLAY_STOPPED = Problem(code="replay_stopped", what="Replay stopped.", why="The recorded session is unchanged.")


def summary(model: RunModel, folder: Path | None, found: str = "") -> tuple[Problem, str] | None:
    """The banner and its tone; None if no run has ended, or if the run has a problem of its own.

    `found` is what the search or experiment found that the run is part of: its refused streams are evidence, no fault.
    """
    ended = model.ended
    if ended is None or ended.problem is not None:
        return None
    if model.origin is Origin.REPLAY and ended.interrupted and not ended.ledger:
        return REPLAY_STOPPED, "ok"
    cause, affected = (None, 0) if found else _most_frequent_problem(model)
    what, tone = _headline(model, ended, cause)
    counted = ""
    if found:
        counted, what, tone = what, found, "ok"
    missing = ended.unrecorded
    if model.origin is not Origin.LIVE:
        what = f"Past session. {what}"
        lacking = without_end(ended, sum(each.summary is not None for each in model.conversations.values()))
        missing = _joined([missing, lacking])
    tone = "warn" if missing and tone == "ok" else tone
    total = len(model.conversations)
    why = [
        "" if cause is None else cause.why,
        f"This affected {amount(affected, 'connection')}." if 1 < affected < total else "",
        missing,
        counted,
        *_judgement(ended, "" if cause is None else cause.what),
        _figures(model, ended),
        # Whoever sees no words reads here where they would have come from.
        *(model.started.notes if model.started is not None and ended.ledger.get(LedgerClass.NO_TRANSCRIPT) else ()),
        STAND_IN if model.plan is not None and model.plan.is_stand_in else "",
    ]
    recorded = f"Recorded in {at_home(folder)}." if folder else ""
    todo = ["" if cause is None else cause.todo, recorded]
    return Problem(code=SUMMARY, what=what, why=_joined(why), todo=_joined(todo)), tone


def _headline(model: RunModel, ended: RunEnded, cause: Problem | None) -> tuple[str, str]:
    total = len(model.conversations)
    completed = ended.ledger.get(LedgerClass.COMPLETED, 0)
    counted = f"{completed:,} of {amount(total, 'connection')} completed."
    verdict = "" if ended.verdict is Verdict.DONE else f"{VERDICT_WORDS[ended.verdict]}. "
    failed = ended.verdict in {Verdict.FAIL, Verdict.INVALID}
    if ended.interrupted:
        bad = failed or cause is not None or ended.ledger.get(LedgerClass.NO_TRANSCRIPT, 0)
        return f"{verdict}Run stopped. {counted}", "warn" if bad else "ok"
    if cause is not None:
        return f"{verdict}{'Only ' * bool(completed)}{counted} {cause.what}", "warn" if completed else "danger"
    if model.lost_microphone:
        return f"{verdict}The microphone was disconnected during the run. {counted}", "warn"
    good = completed == total and not failed and not _gaps(model)
    return f"{VERDICT_WORDS[ended.verdict]}. {counted}", "ok" if good else "warn"


def _judgement(ended: RunEnded, said: str) -> list[str]:
    """Every limit with its value, or the reasons of a recording that does not list them; not what is `said` already, as
    that a generator was lost."""
    if ended.limits:
        return [f"{'✓' if result.met else '✗'} {result}." for result in ended.limits]
    sentences = map(_sentence, ended.reasons)
    return [each for each in sentences if not said.startswith(f"{each.partition(':')[0]},")]


def _figures(model: RunModel, ended: RunEnded) -> str:
    others = {name: number for name, number in ended.ledger.items() if name != LedgerClass.COMPLETED}
    parts = [text.ledger_sentence(others), _gaps(model)]
    if n := ended.update.n:
        p50, p95 = text.milliseconds(ended.update.p50_ms), text.milliseconds(ended.update.p95_ms)
        few = ", too few for p95" if rough_mark("p95", n) else ""
        parts.append(f"update latency p50 {p50}, p95 {p95} (n = {n:,}{few})")
    end = ended.figures.get("end_of_turn")
    if end is not None and end.n:
        parts.append(f"end of turn p50 {text.milliseconds(end.p50_ms)} after the last word (n = {end.n:,})")
    errors = None if ended.words is None else ended.words.rate_percent
    if model.accuracy is not None and model.accuracy.words:
        parts.append(rates_text(model.accuracy))
    elif ended.words is not None and errors is not None:
        parts.append(f"{ended.words.label} {errors:.1f} % of {amount(ended.words.n, ended.words.unit)}")
    figures = " · ".join(part for part in parts if part)
    return f"{figures[:1].upper()}{figures[1:]}." if figures else ""


def _gaps(model: RunModel) -> str:
    """Reconnects and retries; empty if there were none."""
    summaries = [each.summary for each in model.conversations.values() if each.summary is not None]
    retries, reconnected = sum(each.retries for each in summaries), sum(bool(each.reconnects) for each in summaries)
    parts = []
    if reconnected:
        unheard_s = sum(each.unheard_s for each in summaries)
        parts.append(f"{amount(reconnected, 'connection')} reconnected, {unheard_s:.1f} s of audio not transcribed")
    if retries:
        parts.append(amount(retries, "retry", "retries"))
    return " · ".join(parts)


def _most_frequent_problem(model: RunModel) -> tuple[Problem | None, int]:
    """The problem that affected the most connections, and how many."""
    summaries = (each.summary for each in model.conversations.values())
    problems = Counter(summary.problem for summary in summaries if summary is not None and summary.problem)
    return problems.most_common(1)[0] if problems else (None, 0)


def _sentence(words: str) -> str:
    begin = words[:1] if "_" in words.partition(" ")[0] else words[:1].upper()  # names of figures stay as they are
    return f"{begin}{words[1:]}{'' if words.endswith(('.', '!', '?')) else '.'}"


def _joined(sentences: list[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def at_home(folder: Path) -> str:
    """A path with a tilde for the home folder."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)
