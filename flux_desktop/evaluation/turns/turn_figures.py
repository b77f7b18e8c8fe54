"""Figures of scored turns, each with n and its 95 % interval. The only place that computes them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from flux_desktop.evaluation.statistics.bootstrap import mean, quantile
from flux_desktop.evaluation.statistics.intervals import (
    Estimate,
    Side,
    bounded_zero,
    decides,
    once,
    values_needed,
    wilson,
)
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, HoldResult, TurnOutcome, TurnResult

HOLD_LENGTHS_S = {"0.2-0.5 s": (0.2, 0.5), "0.5-1 s": (0.5, 1.0), "1-2 s": (1.0, 2.0), "> 2 s": (2.0, 5.0)}
"""Each above its first length, up to and including its second one; a hold of 0.2 s belongs to the first."""
LATENCY_QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95}
RATE_TO_SHOW = 0.05
"""A rate of errors that a data set should be able to exclude before its rate is a figure: 59 values without any do."""
_ROUNDING_S = 1e-6


class TurnFigures(Struct, frozen=True, kw_only=True):
    """Proportions are 0 to 1, durations milliseconds. Quantiles by name; not known where n is too small for them."""

    conversations: int
    turns: int
    """Judged: ended, by timeout or missed."""
    turns_not_judged: int
    ends_outside_turns: int
    cut_offs_per_hold: Estimate
    """Share of the holds of 0.2 to 5 s in which an end of turn was decided."""
    cut_offs_by_hold_length: dict[str, Estimate]
    cut_offs_per_turn: Estimate
    """Share of the turns that were cut off at least once, also outside of holds."""
    cut_offs_in_speech: int
    """Ends of turn before the true end that lie in no scored hold: mostly one message (0.24 s) after it."""
    missed: Estimate
    """Share of the judged turns that nothing ended within 3 s."""
    ended_by_timeout: Estimate
    decision_latency_ms: dict[str, Estimate]
    """From the true end to the decision, in audio time; ends by timeout included."""
    delivery_latency_ms: dict[str, Estimate]
    """From when the audio of the decision was due to its arrival."""
    eager_lead_ms: dict[str, Estimate]
    """How much earlier than the end of turn its eager end came."""
    eager_waste: Estimate
    """Resumed by eager ends of turn."""
    extra_replies_per_turn: Estimate
    """Eager ends of turn that no end of turn confirmed, per judged turn: replies that were started and discarded."""


def turn_figures(scores: Sequence[ClipScore], repeats: float = 1.0) -> TurnFigures:
    """Figures of all clips together; those of one clip where only its scores are given.

    A clip that occurs `repeats` times in the mean counts once in n and intervals, as its turns and holds are no further
    ones, but for its delivery, which the load decides each time.
    """

    def share(count: int, n: int) -> Estimate:
        return once(wilson(count, n), repeats)

    def cut(some: Sequence[HoldResult]) -> Estimate:
        return share(sum(hold.cut_off is not None for hold in some), len(some))

    turns = [(turn, score.conversation) for score in scores for turn in score.turns]
    holds = [hold for score in scores for hold in score.holds]
    judged = [(turn, unit) for turn, unit in turns if turn.outcome is not TurnOutcome.NOT_JUDGED]
    whole = [turn for turn, _ in turns if turn.is_whole]
    eager = sum(turn.eager for turn, _ in turns)
    extra = [(float(turn.eager - turn.confirmed), unit) for turn, unit in judged] if eager else []
    return TurnFigures(
        conversations=len({score.conversation for score in scores}),
        turns=len(judged),
        turns_not_judged=len(turns) - len(judged),
        ends_outside_turns=sum(score.ends_outside_turns for score in scores),
        cut_offs_per_hold=cut(holds),
        cut_offs_by_hold_length={
            name: cut([hold for hold in holds if _has_length(hold, *lengths_s)])
            for name, lengths_s in HOLD_LENGTHS_S.items()
        },
        cut_offs_per_turn=share(sum(bool(turn.cut_offs) for turn in whole), len(whole)),
        cut_offs_in_speech=sum(_in_speech(score) for score in scores),
        missed=share(_ended(judged, TurnOutcome.MISSED), len(judged)),
        ended_by_timeout=share(_ended(judged, TurnOutcome.TIMEOUT), len(judged)),
        decision_latency_ms=_quantiles_ms([(turn.decision_s, unit) for turn, unit in judged], repeats),
        delivery_latency_ms=_quantiles_ms([(turn.delivery_s, unit) for turn, unit in judged]),
        eager_lead_ms=_quantiles_ms([(turn.eager_lead_s, unit) for turn, unit in judged], repeats),
        eager_waste=share(min(sum(turn.resumed for turn, _ in turns), eager), eager),
        extra_replies_per_turn=bounded_zero(
            mean([value for value, _ in extra], [unit for _, unit in extra], repeats=repeats)
        ),
    )


def is_too_few(share: Estimate) -> bool:
    """Whether a rate of errors decides nothing: too few values to exclude a rate of 5 %, and not plainly above it."""
    return share.n < values_needed(1 - RATE_TO_SHOW) and decides(share, RATE_TO_SHOW) is not Side.ABOVE


def _in_speech(score: ClipScore) -> int:
    holds = [result.hold for result in score.holds]
    cut_offs = [cut.audio_s for turn in score.turns if turn.is_whole for cut in turn.cut_offs]
    return sum(not any(hold.start_s <= at_s <= hold.end_s for hold in holds) for at_s in cut_offs)


def _has_length(result: HoldResult, above_s: float, to_s: float) -> bool:
    length_s = result.hold.end_s - result.hold.start_s
    is_shortest = above_s == min(low for low, _ in HOLD_LENGTHS_S.values())
    return (is_shortest or length_s > above_s + _ROUNDING_S) and length_s <= to_s + _ROUNDING_S


def _ended(turns: Sequence[tuple[TurnResult, str]], outcome: TurnOutcome) -> int:
    return sum(turn.outcome is outcome for turn, _ in turns)


def _quantiles_ms(values: Sequence[tuple[float | None, str]], repeats: float = 1.0) -> dict[str, Estimate]:
    known = [(value * 1000, unit) for value, unit in values if value is not None]
    data, units = [value for value, _ in known], [unit for _, unit in known]
    return {name: quantile(data, units, level, repeats=repeats) for name, level in LATENCY_QUANTILES.items()}
