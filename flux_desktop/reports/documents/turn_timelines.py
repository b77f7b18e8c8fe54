"""The turns of a recorded run that went worst, each as a timeline: words, holds, decisions, and when they arrived.

Worst are the turns with the most errors in their words, and those that were cut off, missed, or waited for longest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from flux_desktop.evaluation.accuracy.word_accuracy import WorstTurn
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent, TurnDecision
from flux_desktop.evaluation.turns.turn_scoring import TurnOutcome, TurnResult
from flux_desktop.reports.accuracy import HeardPart
from flux_desktop.reports.references import PlayedClip

BY_WORDS, BY_TURNS = 5, 5
AROUND_S = 0.5
"""Shown before the turn and after its last decision."""


class TimelineMark(Struct, frozen=True, kw_only=True):
    """A decision: `audio_s` is up to where the audio was known, `heard_s` when it arrived, from the clip's start."""

    event: str
    cause: str
    audio_s: float
    heard_s: float | None
    cuts_off: bool
    """An end of turn before the true one."""


class TurnTimeline(Struct, frozen=True, kw_only=True):
    """One turn on one connection. Times are seconds from the clip's start."""

    clip: str
    """The file's name."""
    turn: int
    """Its place in the clip, from 1."""
    conn: int
    why: str
    """What went wrong, in words."""
    start_s: float
    end_s: float
    """The true end of its last word."""
    words: list[tuple[str, float, float]]
    holds: list[tuple[float, float]]
    marks: list[TimelineMark]
    played_s: float
    """Where the clip begins in the connection's audio."""

    @property
    def from_s(self) -> float:
        """Where the timeline begins."""
        return self.start_s - AROUND_S

    @property
    def until_s(self) -> float:
        """Where it ends."""
        moments = [self.end_s, *(moment for mark in self.marks for moment in (mark.audio_s, mark.heard_s or 0.0))]
        return max(moments) + AROUND_S


def worst_timelines(parts: Sequence[HeardPart], worst: Sequence[WorstTurn]) -> list[TurnTimeline]:
    """At most `BY_WORDS` and `BY_TURNS` turns; a turn that several connections heard alike is shown once."""
    by_words = {(turn.clip, turn.turn): turn for turn in worst}
    shown: dict[tuple[str, int], TurnTimeline] = {}
    others: dict[tuple[str, int], tuple[float, TurnTimeline]] = {}
    for conn, played, place, result, decisions in _turns(parts):
        key = (played.reference.clip, place + 1)
        errors = by_words[key].errors if key in by_words else None
        if errors is not None and key not in shown and 2 * errors.n >= len(result.turn.text.split()):
            why = f"{errors.errors} of {errors.n} words wrong"
            shown[key] = _timeline(conn, played, place, result, decisions, why)
        badness, why = _badness(result)
        if badness > 0 and (key not in others or badness > others[key][0]):
            others[key] = badness, _timeline(conn, played, place, result, decisions, why)
    ordered = sorted(others.items(), key=lambda item: -item[1][0])
    by_turns = [timeline for key, (_, timeline) in ordered if key not in shown][:BY_TURNS]
    return [*[shown[key] for key in by_words if key in shown][:BY_WORDS], *by_turns]


def _turns(parts: Sequence[HeardPart]) -> Iterator[tuple[int, PlayedClip, int, TurnResult, list[TurnDecision]]]:
    for part in parts:
        for clip in part.clips:
            for place, result in enumerate(clip.score.turns):
                yield part.conn, clip.played, place, result, clip.decisions


def _badness(result: TurnResult) -> tuple[float, str]:
    """How badly the end of a turn was decided, and why: a cut-off counts more than a wait."""
    if result.cut_offs and result.is_whole:
        early_s = result.turn.end_s - result.cut_offs[0].audio_s
        return 1000 + early_s, f"cut off {early_s:.1f} s before its end"
    if result.outcome is TurnOutcome.MISSED:
        return 500.0, "its end was missed"
    if result.outcome is TurnOutcome.NOT_JUDGED or result.decision_s is None:
        return 0.0, ""
    return result.decision_s, f"ended {result.decision_s:.1f} s after its end"


def _timeline(
    conn: int, played: PlayedClip, place: int, result: TurnResult, decisions: Sequence[TurnDecision], why: str
) -> TurnTimeline:
    reference, turn = played.reference, result.turn
    following = [other.start_s for other in reference.turns if other.start_s > turn.start_s]
    until_s = max(min(following, default=float("inf")), 0.0 if result.end is None else result.end.audio_s)
    inside = [each for each in decisions if turn.start_s <= each.audio_s <= until_s]
    marks = [
        TimelineMark(
            event=each.event.value,
            cause=each.cause.value,
            audio_s=each.audio_s,
            heard_s=each.heard_s,
            cuts_off=each.event is DetectorEvent.END and each in result.cut_offs,
        )
        for each in inside
    ]
    spans = [(hold.start_s, hold.end_s) for hold in reference.holds]
    return TurnTimeline(
        clip=Path(reference.clip).name,
        turn=place + 1,
        conn=conn,
        why=why,
        start_s=turn.start_s,
        end_s=turn.end_s,
        words=[
            (word.text, word.start_s, word.end_s)
            for word in reference.words
            if turn.start_s <= word.start_s < turn.end_s
        ],
        holds=[(start_s, end_s) for start_s, end_s in spans if turn.start_s <= start_s < turn.end_s],
        marks=marks,
        played_s=played.start_s,
    )
