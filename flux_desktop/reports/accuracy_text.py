"""Accuracy of a run as rows of text, the same in the terminal and the window."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.accuracy.word_accuracy import ErrorRate, WordAccuracy
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.statistics.intervals import Estimate, ms_text, number_text, percent_text, values_needed
from flux_desktop.evaluation.turns.turn_figures import LATENCY_QUANTILES, RATE_TO_SHOW, TurnFigures, is_too_few
from flux_desktop.reports.accuracy import ClipAccuracy, RunAccuracy

_WHOLE = 1e-6


class Row(NamedTuple):
    """A figure with its interval and n, or the reason for its absence; `meaning` is its definition."""

    label: str
    value: str
    meaning: str = ""


def accuracy_rows(accuracy: RunAccuracy) -> list[Row]:
    """Words, then turns."""
    rows = [row for words in accuracy.words for row in _word_rows(words)]
    if accuracy.partly_sent:
        clips = amount(accuracy.partly_sent, "clip")
        rows.append(Row("not counted", f"{clips} not sent to the end, without word times"))
    return rows + (_turn_rows(accuracy.turns) if accuracy.turns is not None else [])


def rates_text(accuracy: RunAccuracy) -> str:
    """The error rates in a few words."""
    return "; ".join(
        f"{words.label} {_percent(words.raw.rate)} raw, {percent_text(words.normalised.rate)} normalised"
        for words in accuracy.words
    )


def clip_name(clip: str) -> str:
    """The name of the file, without its folder."""
    return Path(clip).name


def clip_text(clip: ClipAccuracy) -> str:
    """The figures of one clip in a line."""
    parts = [f"{words.label} {percent_text(words.normalised.rate)}" for words in clip.words]
    if clip.turns is not None:
        parts.append(f"{of_text(clip.turns.cut_offs_per_hold)} holds cut off")
        parts.append(f"{of_text(clip.turns.missed)} turns missed")
    if clip.times > 1:
        parts.append(f"sent {clip.times} times")
    return ", ".join(parts) or "no text"


def errors_text(errors: WordErrors) -> str:
    """The errors of one turn: ``3 errors in 5 words``."""
    return f"{amount(errors.errors, 'error')} in {amount(errors.n, errors.unit)}"


def of_text(share: Estimate) -> str:
    """A proportion as a count: ``3 of 12``; of repeats, which `n` counts once, also ``0.5 of 12``."""
    count = (share.value or 0.0) * share.n
    return f"{count:.1f} of {share.n}" if abs(count - round(count)) > _WHOLE else f"{count:.0f} of {share.n}"


def share_text(share: Estimate, unit: str, event: str) -> str:
    """A rate of errors, or why the data gives none."""
    if is_too_few(share):
        needed = f"{values_needed(1 - RATE_TO_SHOW)} without any would show less than {RATE_TO_SHOW:.0%}"
        return f"too few {unit}s to decide: {of_text(share)} {event}; {needed.replace('%', ' %')}"
    return percent_text(share)


def rate_of(clip: ClipAccuracy) -> float:
    """The error rate by which clips are compared."""
    return max((words.normalised.rate.value or 0.0 for words in clip.words), default=0.0)


def _word_rows(words: WordAccuracy) -> list[Row]:
    unit = words.raw.errors.unit
    rows = [
        Row(f"{words.label} raw", _rate(words.raw), f"All errors by all reference {unit}s, texts as written."),
        Row(f"{words.label} normalised", _rate(words.normalised), "The same in one spelling of words and numbers."),
        Row("", f"n counts {unit}s; by {'; '.join(words.normalisers)}"),
        Row("perfect turns", percent_text(words.perfect_turns), "Turns without an error after normalisation."),
    ]
    if words.keyterm_recall.n:
        rows.append(
            Row(
                "keyterms recognised",
                percent_text(words.keyterm_recall),
                "Spoken keyterms that were recognised.",
            )
        )
    return rows


def _turn_rows(turns: TurnFigures) -> list[Row]:
    not_judged = f", {turns.turns_not_judged:,} not judged" if turns.turns_not_judged else ""
    conversations = amount(turns.conversations, "conversation")
    rows = [
        Row("reference turns", f"{turns.turns:,} in {conversations}{not_judged}", "Turns whose end could be judged."),
        Row(
            "cut-offs per hold",
            share_text(turns.cut_offs_per_hold, "hold", "cut off"),
            "Silences of 0.2 to 5 s within a turn in which Flux ended the turn.",
        ),
        *(
            Row(f"… holds of {name}", share_text(share, "hold", "cut off"), "Cut-offs by length of the silence.")
            for name, share in turns.cut_offs_by_hold_length.items()
        ),
        Row(
            "cut-offs per turn",
            share_text(turns.cut_offs_per_turn, "turn", "cut off"),
            "Turns with an end of turn more than 0.25 s before their true end.",
        ),
        *_speech_rows(turns.cut_offs_in_speech),
        Row(
            "missed ends of turn",
            share_text(turns.missed, "turn", "missed"),
            "Turns without an end of turn within 3 s of their true end; one by timeout is not missed.",
        ),
        Row(
            "ended by timeout",
            share_text(turns.ended_by_timeout, "turn", "ended by timeout"),
            "Turns that the timeout ended, not the model.",
        ),
        *_quantile_rows("decision latency", turns.decision_latency_ms, "Audio time from the true end to the decision."),
        *_quantile_rows(
            "delivery latency", turns.delivery_latency_ms, "From when that audio was due to the arrival of EndOfTurn."
        ),
    ]
    if turns.ends_outside_turns:
        rows.append(Row("ends outside of turns", str(turns.ends_outside_turns), "Ends of turn that belong to no turn."))
    if turns.eager_waste.n:
        rows += [
            *_quantile_rows("eager lead", turns.eager_lead_ms, "From EagerEndOfTurn to EndOfTurn."),
            Row("eager ends resumed", percent_text(turns.eager_waste), "TurnResumed by EagerEndOfTurn."),
            Row(
                "extra replies per turn",
                number_text(turns.extra_replies_per_turn),
                "Eager ends of turn that no end of turn confirmed, by turns.",
            ),
        ]
    return rows


def _speech_rows(number: int) -> list[Row]:
    meaning = "Too early, but in no silence of 0.2 to 5 s: mostly less than one message (0.24 s) after it."
    return [Row("… cut off in speech", amount(number, "time"), meaning)] if number else []


def _quantile_rows(label: str, quantiles: dict[str, Estimate], meaning: str) -> list[Row]:
    rows = []
    for n, (name, level) in enumerate(LATENCY_QUANTILES.items()):
        estimate = quantiles[name]
        few = f"too few turns: n = {estimate.n:,}, {values_needed(level)} needed"
        text = few if estimate.value is None else ms_text(estimate)
        rows.append(Row(label if n == 0 else "", f"{name} {text}", meaning))
    return rows


def _rate(rate: ErrorRate) -> str:
    errors = rate.errors
    counts = f"{errors.substitutions:,} substituted, {errors.deletions:,} missing, {errors.insertions:,} extra"
    return f"{percent_text(rate.rate)}: {counts}"


def _percent(rate: Estimate) -> str:
    return "not known" if rate.value is None else f"{rate.value * 100:.1f} %"
