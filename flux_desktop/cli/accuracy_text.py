"""Accuracy of a run as lines of text: a pure function of the same figures that `--json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from flux_desktop.base.plain_text import plain
from flux_desktop.evaluation.alignment import Pair
from flux_desktop.evaluation.intervals import Estimate, ms_text, number_text, percent_text, values_needed
from flux_desktop.evaluation.turn_figures import LATENCY_QUANTILES, RATE_TO_SHOW, TurnFigures, is_too_few
from flux_desktop.evaluation.word_accuracy import ErrorRate, WordAccuracy, WorstTurn
from flux_desktop.reports.accuracy import ClipAccuracy, RunAccuracy

Row = tuple[str, str]
"""A label and what it says."""
CLIPS_SHOWN = 30
_CLIP_CHARS = 28
_DELETED, _INSERTED = "red", "green"


def accuracy_rows(accuracy: RunAccuracy) -> list[Row]:
    """Words, then turns."""
    rows = [row for words in accuracy.words for row in _word_rows(words)]
    if accuracy.partly_sent:
        rows.append(("not counted", f"{_count(accuracy.partly_sent, 'clip')} not sent to the end, without word times"))
    return rows + (_turn_rows(accuracy.turns) if accuracy.turns is not None else [])


def clip_lines(accuracy: RunAccuracy) -> list[str]:
    """One line a clip, where there are several: its error rate, and its cut-offs where turns are known."""
    clips = accuracy.clips
    if len(clips) < 2:
        return []
    title = f"Clips (normalised, 95 % interval over the turns of the clip), {len(clips)}"
    if len(clips) > CLIPS_SHOWN:
        clips = sorted(clips, key=_rate_of, reverse=True)[:CLIPS_SHOWN]
        title += f", of which the {CLIPS_SHOWN} with the highest rate"
    return ["", f"  {title}:", *(f"  {_clip_name(each.clip):<{_CLIP_CHARS}}{_clip_line(each)}" for each in clips)]


def worst_lines(worst: Sequence[WorstTurn]) -> list[Text]:
    """The worst turns, aligned: `[-missing-]` and `{+extra+}` words, as `git diff --word-diff` marks them."""
    if not worst:
        return []
    lines = [Text(""), Text(f"  Worst turns, normalised: [-reference-] {{+recognised+}}, {len(worst)}:")]
    for turn in worst:
        errors = turn.errors
        times = f", {turn.times} times" if turn.times > 1 else ""
        where = f"  {_clip_name(turn.clip)}, turn {turn.turn} at {turn.start_s:.1f} s: "
        lines.append(Text(f"{where}{errors.errors} of {errors.n} {errors.unit}s{times}"))
        lines.append(aligned_text(turn.pairs, "" if errors.unit == "character" else " ", indent="    "))
    return lines


def aligned_text(pairs: Sequence[Pair], separator: str, *, indent: str = "") -> Text:
    """One line: equal words as they are, others marked and coloured."""
    pieces = []
    for wanted, got in pairs:
        piece = Text()
        if wanted == got:
            piece.append(plain(wanted or ""))
        else:
            if wanted is not None:
                piece.append(f"[-{plain(wanted)}-]", style=_DELETED)
            if got is not None:
                piece.append(f"{{+{plain(got)}+}}", style=_INSERTED)
        pieces.append(piece)
    return Text(indent) + Text(separator).join(pieces)


def _word_rows(words: WordAccuracy) -> list[Row]:
    unit = words.raw.errors.unit
    return [
        (f"{words.label} raw", _rate(words.raw)),
        (f"{words.label} normalised", _rate(words.normalised)),
        ("", f"n counts {unit}s; by {'; '.join(words.normalisers)}"),
        ("perfect turns", percent_text(words.perfect_turns)),
        *([("keyterms recognised", percent_text(words.keyterm_recall))] if words.keyterm_recall.n else []),
    ]


def _turn_rows(turns: TurnFigures) -> list[Row]:
    not_judged = f", {turns.turns_not_judged} not judged" if turns.turns_not_judged else ""
    rows = [
        ("reference turns", f"{turns.turns} in {_count(turns.conversations, 'conversation')}{not_judged}"),
        ("cut-offs per hold", share_text(turns.cut_offs_per_hold, "hold", "cut off")),
        *(
            (f"… holds of {name}", share_text(share, "hold", "cut off"))
            for name, share in turns.cut_offs_by_hold_length.items()
        ),
        ("cut-offs per turn", share_text(turns.cut_offs_per_turn, "turn", "cut off")),
        ("missed ends of turn", share_text(turns.missed, "turn", "missed")),
        ("ended by timeout", share_text(turns.ended_by_timeout, "turn", "ended by timeout")),
        *_quantile_rows("decision latency", turns.decision_latency_ms),
        *_quantile_rows("delivery latency", turns.delivery_latency_ms),
    ]
    if turns.ends_outside_turns:
        rows.append(("ends outside of turns", str(turns.ends_outside_turns)))
    if turns.eager_waste.n:
        rows += [
            *_quantile_rows("eager lead", turns.eager_lead_ms),
            ("eager ends resumed", percent_text(turns.eager_waste)),
            ("extra replies per turn", number_text(turns.extra_replies_per_turn)),
        ]
    return rows


def share_text(share: Estimate, unit: str, event: str) -> str:
    """A rate of errors, or why the data gives none."""
    if is_too_few(share):
        count = round((share.value or 0.0) * share.n)
        needed = values_needed(1 - RATE_TO_SHOW)
        return f"too few {unit}s to decide: {count} of {share.n} {event}; {needed} without any would show less than 5 %"
    return percent_text(share)


def _quantile_rows(label: str, quantiles: dict[str, Estimate]) -> list[Row]:
    rows = []
    for n, (name, level) in enumerate(LATENCY_QUANTILES.items()):
        estimate = quantiles[name]
        few = f"too few turns: n = {estimate.n}, {values_needed(level)} needed"
        text = few if estimate.value is None else ms_text(estimate)
        rows.append((label if n == 0 else "", f"{name} {text}"))
    return rows


def _rate(rate: ErrorRate) -> str:
    errors = rate.errors
    counts = f"{errors.substitutions} substituted, {errors.deletions} missing, {errors.insertions} extra"
    return f"{percent_text(rate.rate)}: {counts}"


def _clip_line(clip: ClipAccuracy) -> str:
    parts = [f"{words.label} {percent_text(words.normalised.rate)}" for words in clip.words]
    if clip.turns is not None:
        holds = clip.turns.cut_offs_per_hold
        missed = clip.turns.missed
        parts.append(f"{_of(holds)} holds cut off")
        parts.append(f"{_of(missed)} turns missed")
    if clip.times > 1:
        parts.append(f"sent {clip.times} times")
    return ", ".join(parts) or "no text"


def _of(share: Estimate) -> str:
    return f"{round((share.value or 0.0) * share.n)} of {share.n}"


def _rate_of(clip: ClipAccuracy) -> float:
    return max((words.normalised.rate.value or 0.0 for words in clip.words), default=0.0)


def _clip_name(clip: str) -> str:
    return plain(Path(clip).name)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
