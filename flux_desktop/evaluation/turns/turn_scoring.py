"""How well a detector ended the turns of clips whose turns are known; replayed, live and imported decisions alike.

A turn's end is the true end of its last word, a hold a silence inside a turn. A decision before the end cuts the
speaker off; a turn that no decision ends within 3 s of its end is missed, unless a timeout ends it. Forced ends are no
decisions. Stretches to ignore are not scored.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.turns.turn_matching import (
    EARLIEST_S,
    LATEST_S,
    DetectorEvent,
    EndCause,
    TurnDecision,
    match_ends,
)

HOLD_MIN_S, HOLD_MAX_S = 0.2, 5.0


class ReferenceTurns(Struct, frozen=True, kw_only=True):
    """What is known of one clip as it was played. Times are seconds from the clip's start."""

    clip: str
    conversation: str
    """What is resampled for intervals; the clip itself where it belongs to no conversation."""
    turns: tuple[SpokenTurn, ...]
    holds: tuple[Span, ...] = ()
    ignore: tuple[Span, ...] = ()
    heard_until_s: float = math.inf
    """Up to where the clip, or silence after it, was sent: what lies behind is not judged."""


class TurnOutcome(StrEnum):
    """How a turn ended."""

    ENDED = "ended"
    TIMEOUT = "timeout"
    MISSED = "missed"
    NOT_JUDGED = "not judged"
    """Its end was forced, is to be ignored, or the audio stopped before it could be missed."""


class TurnResult(Struct, frozen=True, kw_only=True):
    """One reference turn and what was decided in it."""

    turn: SpokenTurn
    outcome: TurnOutcome
    end: TurnDecision | None = None
    cut_offs: tuple[TurnDecision, ...] = ()
    is_whole: bool = True
    """Whether all of it was heard and none ignored, so that its cut-offs count."""
    eager: int = 0
    resumed: int = 0
    confirmed: int = 0
    """Ends of turn that followed an eager one."""
    eager_lead_s: float | None = None

    @property
    def decision_s(self) -> float | None:
        """Audio time from the true end to the decision."""
        return None if self.end is None else self.end.audio_s - self.turn.end_s

    @property
    def delivery_s(self) -> float | None:
        """Time from when the audio of the decision was due to its arrival."""
        return None if self.end is None or self.end.heard_s is None else self.end.heard_s - self.end.audio_s


class HoldResult(Struct, frozen=True, kw_only=True):
    """One scored hold, and the first decision that cut the speaker off in it."""

    hold: Span
    cut_off: TurnDecision | None = None


class ClipScore(Struct, frozen=True, kw_only=True):
    """The scored turns and holds of a clip that was played once."""

    clip: str
    conversation: str
    turns: tuple[TurnResult, ...]
    holds: tuple[HoldResult, ...]
    ends_outside_turns: int = 0
    """Decisions that belong to no turn, such as a second end in the silence after one."""


def score(reference: ReferenceTurns, decisions: Sequence[TurnDecision]) -> ClipScore:
    """Score the decisions made while one clip was played; both in any order."""
    turns = sorted(reference.turns, key=lambda turn: turn.start_s)
    ordered = sorted(decisions, key=lambda decision: decision.audio_s)
    ends = [decision for decision in ordered if decision.event is DetectorEvent.END]
    matches = match_ends(turns, reference.holds, ends)
    used = {id(end) for end in matches.values()}
    spare = {
        id(end)
        for end in ends
        if id(end) not in used and end.cause is not EndCause.FORCED and not _covers(reference.ignore, end.audio_s)
    }
    starts_s = [turn.start_s for turn in turns[1:]] + [math.inf]
    places = [0, *(bisect_left(ordered, start_s, key=lambda decision: decision.audio_s) for start_s in starts_s)]
    results = []
    for place, turn in enumerate(turns):
        meanwhile = ordered[places[place] : places[place + 1]]
        cut_offs = tuple(end for end in meanwhile if id(end) in spare and _is_premature(end, turn))
        results.append(_turn_result(reference, turn, starts_s[place], matches.get(place), cut_offs, meanwhile))
    premature = [cut for result in results for cut in result.cut_offs]
    return ClipScore(
        clip=reference.clip,
        conversation=reference.conversation,
        turns=tuple(results),
        holds=tuple(_hold_results(reference, turns, premature)),
        ends_outside_turns=len(spare) - len(premature),
    )


def _turn_result(
    reference: ReferenceTurns,
    turn: SpokenTurn,
    next_s: float,
    end: TurnDecision | None,
    cut_offs: tuple[TurnDecision, ...],
    meanwhile: Sequence[TurnDecision],
) -> TurnResult:
    window = Span(start_s=turn.end_s + EARLIEST_S, end_s=min(turn.end_s + LATEST_S, next_s))
    if _covers(reference.ignore, turn.end_s) or (end is not None and end.cause is EndCause.FORCED):
        outcome = TurnOutcome.NOT_JUDGED
    elif end is not None:
        outcome = TurnOutcome.TIMEOUT if end.cause is EndCause.TIMEOUT else TurnOutcome.ENDED
    elif reference.heard_until_s < window.end_s or _touches(reference.ignore, window):
        outcome = TurnOutcome.NOT_JUDGED
    else:
        outcome = TurnOutcome.MISSED
    pending: TurnDecision | None = None
    eager = resumed = confirmed = 0
    lead_s = None
    for decision in meanwhile:
        if decision.event is DetectorEvent.EAGER:
            eager, pending = eager + 1, decision
        elif decision.event is DetectorEvent.RESUMED:
            resumed, pending = resumed + 1, None
        elif pending is not None:
            confirmed += 1
            if decision is end:
                lead_s = _lead_s(pending, decision)
            pending = None
    return TurnResult(
        turn=turn,
        outcome=outcome,
        end=end if outcome in {TurnOutcome.ENDED, TurnOutcome.TIMEOUT} else None,
        cut_offs=cut_offs,
        is_whole=turn.end_s <= reference.heard_until_s
        and not _touches(reference.ignore, Span(start_s=turn.start_s, end_s=turn.end_s)),
        eager=eager,
        resumed=resumed,
        confirmed=confirmed,
        eager_lead_s=lead_s,
    )


def _hold_results(
    reference: ReferenceTurns, turns: Sequence[SpokenTurn], cut_offs: Sequence[TurnDecision]
) -> list[HoldResult]:
    results = []
    for hold in reference.holds:
        scored = (
            HOLD_MIN_S - 1e-6 <= hold.end_s - hold.start_s <= HOLD_MAX_S + 1e-6
            and hold.end_s <= reference.heard_until_s
            and not _touches(reference.ignore, hold)
            and any(turn.start_s <= hold.start_s and hold.end_s <= turn.end_s for turn in turns)
        )
        if scored:
            inside = (cut for cut in cut_offs if hold.start_s <= cut.audio_s <= hold.end_s)
            results.append(HoldResult(hold=hold, cut_off=next(inside, None)))
    return results


def _is_premature(end: TurnDecision, turn: SpokenTurn) -> bool:
    return turn.start_s <= end.audio_s < turn.end_s + EARLIEST_S


def _lead_s(eager: TurnDecision, end: TurnDecision) -> float:
    """How much earlier the eager end came: as received where that is known, else in audio time."""
    if eager.heard_s is None or end.heard_s is None:
        return end.audio_s - eager.audio_s
    return end.heard_s - eager.heard_s


def _covers(spans: Sequence[Span], at_s: float) -> bool:
    return any(span.start_s <= at_s <= span.end_s for span in spans)


def _touches(spans: Sequence[Span], stretch: Span) -> bool:
    return any(span.start_s < stretch.end_s and stretch.start_s < span.end_s for span in spans)
