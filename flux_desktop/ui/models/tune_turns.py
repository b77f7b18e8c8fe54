"""The turns that a setting cuts off, misses, or keeps waiting longest, as the Tune page lists them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.accuracy.word_errors import tokens
from flux_desktop.evaluation.thresholds.setting_figures import setting_scores
from flux_desktop.evaluation.traces.replay import ReplayedDecision, replay
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.traces.trace_table import TraceTable
from flux_desktop.evaluation.turns.turn_scoring import TurnOutcome, TurnResult

LISTED_MAX = 60
WAITS_MAX = 20
BEFORE_S, AFTER_S = 0.3, 0.9


class TurnKind(StrEnum):
    """Why a turn is listed."""

    CUT_OFF = "cut off"
    MISSED = "missed"
    WAIT = "wait"


class TurnOrder(StrEnum):
    """How a list is ordered."""

    WORST = "worst first"
    """Cut off after the shortest silence, missed, or waiting longest."""
    CLIP = "by clip"
    HOLD = "by hold"
    """The longest hold first: of a turn that is cut off the one in which it was."""


class Playable(Protocol):
    """A part of a recording that can be listened to; `span` is in seconds from the start of its clip."""

    @property
    def path(self) -> Path | None: ...

    @property
    def offset_s(self) -> float: ...

    @property
    def span(self) -> Span: ...


class TurnEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One turn. Times are seconds from the start of its clip."""

    kind: TurnKind
    clip: str
    path: Path | None
    offset_s: float
    turn: SpokenTurn
    holds: tuple[Span, ...]
    """Holds of the turn that are worth drawing."""
    decision_s: float | None
    eager_s: float | None
    spoken_text: str
    """What had been said at the decision."""
    rest: str
    wait_s: float | None
    recordings: int
    """In how many of the recordings of this clip it happened; the first one is shown."""
    repeats: int

    @property
    def span(self) -> Span:
        """What the timeline shows."""
        until_s = max(self.turn.end_s, self.decision_s or 0.0) + AFTER_S
        return Span(start_s=max(0.0, self.turn.start_s - BEFORE_S), end_s=until_s)

    @property
    def verdict(self) -> str:
        """What happened, in a few words."""
        often = f" · {self.recordings} of {self.repeats}" if self.repeats > 1 else ""
        if self.kind is TurnKind.MISSED:
            return f"not ended within 3 s{often}"
        if self.kind is TurnKind.WAIT:
            return f"waits {self.wait_s or 0.0:.2f} s{often}"
        hold = self.cut_hold
        if hold is None or self.decision_s is None:
            return f"cut off while speaking{often}"
        return f"cut off after {self.decision_s - hold.start_s:.2f} s{often}"

    @property
    def cut_hold(self) -> Span | None:
        """The hold in which the turn was cut off."""
        at_s = self.decision_s
        if at_s is None:
            return None
        return next((hold for hold in self.holds if hold.start_s <= at_s <= hold.end_s), None)

    @property
    def hold_s(self) -> float:
        """Length of the hold in which the turn was cut off, or else of its longest hold; 0 without one."""
        holds = self.holds if self.cut_hold is None else (self.cut_hold,)
        return max((hold.end_s - hold.start_s for hold in holds), default=0.0)

    @property
    def sentence(self) -> str:
        """The entry for screen readers."""
        split = f"{self.spoken_text} | {self.rest}" if self.rest else self.spoken_text
        return f"{self.clip}, {self.verdict}: {split}"


def ordered(entries: Sequence[TurnEntry], order: TurnOrder) -> tuple[TurnEntry, ...]:
    """Entries, of which the worst come first, in another order."""
    if order is TurnOrder.CLIP:
        return tuple(sorted(entries, key=lambda entry: (entry.clip, entry.offset_s, entry.turn.start_s)))
    if order is TurnOrder.HOLD:
        return tuple(sorted(entries, key=lambda entry: -entry.hold_s))
    return tuple(entries)


class TurnLists(msgspec.Struct, frozen=True, kw_only=True):
    """The three lists, the worst turns first; numbers count all turns, lists may hold fewer."""

    cut_off: tuple[TurnEntry, ...] = ()
    missed: tuple[TurnEntry, ...] = ()
    longest: tuple[TurnEntry, ...] = ()
    cut_off_count: int = 0
    missed_count: int = 0
    longest_count: int = 0


class _Candidate(msgspec.Struct):
    trace: Trace
    place: int
    result: TurnResult
    recordings: int = 1


_Listed = dict[tuple[str, float, int], _Candidate]
"""By path, offset and place of the turn: a turn that was recorded several times is listed once."""


def turn_lists(table: TraceTable, setting: Setting, *, whole: bool = False) -> TurnLists:
    """The turns worth listening to at a setting; with `whole` all turns that were judged."""
    cut: _Listed = {}
    missed: _Listed = {}
    waits: _Listed = {}
    for trace, score in zip(table.traces, setting_scores(table, setting), strict=True):
        places = {id(turn): place for place, turn in enumerate(trace.turns)}
        for result in score.turns:
            place = places[id(result.turn)]
            candidate = _Candidate(trace, place, result)
            key = (trace.path or trace.clip, trace.offset_s, place)
            if result.cut_offs:
                _count(cut, key, candidate)
            elif result.outcome is TurnOutcome.MISSED:
                _count(missed, key, candidate)
            elif result.decision_s is not None:
                _count(waits, key, candidate)
    longest = sorted(waits.values(), key=lambda each: -(each.result.decision_s or 0.0))
    by_silence = sorted(cut.values(), key=_cut_after_s)
    listed, waiting = (None, None) if whole else (LISTED_MAX, WAITS_MAX)
    return TurnLists(
        cut_off=_entries(table, setting, by_silence[:listed], TurnKind.CUT_OFF),
        missed=_entries(table, setting, list(missed.values())[:listed], TurnKind.MISSED),
        longest=_entries(table, setting, longest[:waiting], TurnKind.WAIT),
        longest_count=len(longest),
        cut_off_count=len(cut),
        missed_count=len(missed),
    )


def _count(candidates: _Listed, key: tuple[str, float, int], new: _Candidate) -> None:
    if key not in candidates:
        candidates[key] = new
        return
    candidates[key].recordings += 1
    if (new.result.decision_s or 0.0) > (candidates[key].result.decision_s or 0.0):
        new.recordings = candidates[key].recordings
        candidates[key] = new


def _cut_after_s(candidate: _Candidate) -> float:
    """Shortest silence first: those are the hardest to excuse."""
    at_s = candidate.result.cut_offs[0].audio_s
    return min(
        (at_s - hold.start_s for hold in candidate.trace.holds if hold.start_s <= at_s <= hold.end_s), default=0.0
    )


def _entries(
    table: TraceTable, setting: Setting, candidates: Sequence[_Candidate], kind: TurnKind
) -> tuple[TurnEntry, ...]:
    decided: dict[int, list[ReplayedDecision]] = {}
    recordings = Counter(trace.clip for trace in table.traces)
    entries = []
    for each in candidates:
        trace = each.trace
        if id(trace) not in decided:
            decided[id(trace)] = replay(trace, setting.eot, setting.eager, setting.timeout_ms)
        own = [decision for decision in decided[id(trace)] if decision.turn == each.place and decision.judged]
        entries.append(_entry(each, own, kind, recordings[trace.clip]))
    return tuple(entries)


def _entry(candidate: _Candidate, decisions: Sequence[ReplayedDecision], kind: TurnKind, repeats: int) -> TurnEntry:
    result, trace = candidate.result, candidate.trace
    turn = result.turn
    end = next((decision for decision in decisions if decision.kind == "end"), None)
    eager_s = next((decision.at_s for decision in reversed(decisions) if decision.kind == "eager"), None)
    cut = kind is TurnKind.CUT_OFF
    at_s = result.cut_offs[0].audio_s if cut else None if result.end is None else result.end.audio_s
    spoken_text, rest = turn.text, ""
    if cut and end is not None:
        spoken_text, rest = split_text(turn.text, _own_words(trace, turn, end.transcript))
    return TurnEntry(
        kind=kind,
        clip=trace.clip,
        path=Path(trace.path) if trace.path else None,
        offset_s=trace.offset_s,
        turn=turn,
        holds=tuple(hold for hold in trace.holds if turn.start_s <= hold.start_s and hold.end_s <= turn.end_s),
        decision_s=at_s,
        eager_s=eager_s,
        spoken_text=spoken_text,
        rest=rest,
        wait_s=result.decision_s,
        recordings=candidate.recordings,
        repeats=repeats,
    )


def _own_words(trace: Trace, turn: SpokenTurn, transcript: str) -> str:
    """What was heard of this turn: at a high threshold the server takes it for a part of a longer one."""
    before = next((message for message in reversed(trace.messages) if message.audio_s <= turn.start_s), None)
    if before is None or not before.transcript or not transcript.startswith(before.transcript):
        return transcript
    return transcript[len(before.transcript) :].strip()


def split_text(reference: str, transcript: str) -> tuple[str, str]:
    """The reference in two: the words that the transcript covers best, and the rest.

    The transcript may have other words, as recognition errs: the beginning with the fewest edits is taken.
    """
    words = reference.split()
    reference_words, transcript_words = [_plain(word) for word in words], [_plain(word) for word in transcript.split()]
    distances = list(range(len(reference_words) + 1))
    for row, word in enumerate(transcript_words, start=1):
        above, distances[0] = distances[0], row
        for column, other in enumerate(reference_words, start=1):
            replaced = above + (word != other)
            above = distances[column]
            distances[column] = min(replaced, above + 1, distances[column - 1] + 1)
    covered = len(distances) - 1 - distances[::-1].index(min(distances))
    return " ".join(words[:covered]), " ".join(words[covered:])


def _plain(word: str) -> str:
    return " ".join(tokens(word, "word")) or word.lower()
