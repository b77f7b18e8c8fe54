"""A run in three lines, for the banner at its end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.ui.models import text
from flux_desktop.ui.models.run_model import RunModel

VERDICT_WORDS = {
    Verdict.DONE: "The run is done",
    Verdict.PASS: "PASS: the run kept all its limits",
    Verdict.FAIL: "FAIL: the run did not keep its limits",
    Verdict.INVALID: "INVALID: the figures of this run cannot be trusted",
}


def summary(model: RunModel, folder: Path | None) -> tuple[Problem, str] | None:
    """What to tell at the end of a run, and in which tone; None where it never began or has its own problem."""
    ended = model.ended
    if ended is None or ended.problem is not None:
        return None
    total = len(model.conversations)
    completed = ended.ledger.get(LedgerClass.COMPLETED, 0)
    gaps = _gaps(model)
    tone = "ok" if completed == total and not gaps and ended.verdict in {Verdict.DONE, Verdict.PASS} else "warn"
    what = f"{VERDICT_WORDS[ended.verdict]}: {completed} of {text.count(total, 'connection')} completed."
    cause, struck = _commonest(model)
    judged = "" if ended.verdict is Verdict.DONE else f"{ended.verdict}: "
    if cause is not None:
        tone = "warn" if completed else "danger"
        what = f"{judged}Only {completed} of {text.count(total, 'connection')} completed. {cause.what}"
    if ended.interrupted:
        tone, what = "warn", f"{judged}The run was stopped: {completed} of {text.count(total, 'connection')} completed."
    others = {name: number for name, number in ended.ledger.items() if name != LedgerClass.COMPLETED}
    parts = [text.ledger_sentence(others), gaps]
    if ended.update.n:
        parts.append(
            f"text came {text.milliseconds(ended.update.p50_ms)} after it was spoken (p50), "
            f"{text.milliseconds(ended.update.p95_ms)} (p95)"
        )
    end = ended.figures.get("end_of_turn")
    if end is not None and end.n:
        parts.append(f"turns ended {text.milliseconds(end.p50_ms)} after the last word (p50)")
    errors = None if ended.words is None else ended.words.rate_percent
    if errors is not None:
        parts.append(f"{errors:.1f} % of the words were wrong")
    figures = " · ".join(part for part in parts if part)
    first = [] if cause is None else [cause.why, f"So it was with {struck} of them." if 1 < struck < total else ""]
    reasons = [*first, *ended.reasons, f"{figures[:1].upper()}{figures[1:]}." if figures else ""]
    recorded = f"Recorded in {at_home(folder)}." if folder else ""
    todo = " ".join(part for part in ("" if cause is None else cause.todo, recorded) if part)
    return Problem(code="summary", what=what, why=" ".join(part for part in reasons if part), todo=todo), tone


def _gaps(model: RunModel) -> str:
    """What was tried again; empty where nothing was."""
    summaries = [talk.summary for talk in model.conversations.values() if talk.summary is not None]
    retries, back = sum(each.retries for each in summaries), sum(bool(each.reconnects) for each in summaries)
    parts = []
    if back:
        unheard_s = sum(each.unheard_s for each in summaries)
        parts.append(f"{text.count(back, 'connection')} came back after a gap, {unheard_s:.1f} s were not heard")
    if retries:
        parts.append(f"{text.count(retries, 'opening')} tried again")
    return " · ".join(parts)


def _commonest(model: RunModel) -> tuple[Problem | None, int]:
    """The problem that struck the most streams, and how many."""
    talks = model.conversations.values()
    found = Counter(talk.summary.problem for talk in talks if talk.summary is not None and talk.summary.problem)
    return found.most_common(1)[0] if found else (None, 0)


def at_home(folder: Path) -> str:
    """A path as people write it, with a tilde for their home."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except ValueError:
        return str(folder)
