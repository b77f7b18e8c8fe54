"""Whether a stream influences later or neighbouring streams: confidences of one clip, heard under different conditions.

    result = judge_isolation(fresh, after, beside)      # traces of the same clip(s), recorded in each condition

Each stream gives one number: how much higher its confidences are than those of fresh streams at the same places of the
audio, in the mean. Messages within a stream are not independent, so that the sign test counts streams. The mean of the
fresh streams is an estimate, too: the interval of a shift is MOVER's, of both groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.evaluation.comparing.comparison import difference
from flux_desktop.evaluation.comparing.paired import sign_test
from flux_desktop.evaluation.statistics.bootstrap import mean
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.evaluation.traces.trace import Trace

P_MAX = 0.05
SHIFT_MIN = 0.02
"""A smaller shift of the confidence changes few decisions, whatever its significance."""
_RASTER_S = 0.04
_SAME = 1e-4
"""Confidences are sent with four digits."""


class ConditionResult(Struct, frozen=True, kw_only=True):
    """One condition against fresh streams."""

    name: str
    streams: int
    shift: Estimate
    """Mean difference of the confidence, over streams."""
    decision_shift_ms: Estimate
    """Mean difference of the time of the first end of turn."""
    higher: int
    lower: int
    p: float
    """Two-sided, of the sign test over streams."""
    is_influenced: bool


class IsolationResult(Struct, frozen=True, kw_only=True):
    """PASS where every condition excludes an influence. `spread` is the standard deviation between fresh streams."""

    schema: int = 1
    passed: bool
    sentence: str
    fresh_streams: int
    spread: float
    conditions: list[ConditionResult]


def judge_isolation(fresh: Sequence[Trace], conditions: Mapping[str, Sequence[Trace]]) -> IsolationResult:
    """Judge each condition against the fresh streams of the same clips."""
    reference = _reference(fresh)
    own = [shift for trace in fresh if (shift := _shift(trace, reference, fresh)) is not None]
    results = [_condition(name, traces, reference, fresh) for name, traces in conditions.items()]
    failed = [result for result in results if result.is_influenced]
    unknown = [result.name for result in results if not result.streams]
    if unknown or not fresh:
        sentence = f"This data does not decide it: no stream was recorded {', '.join(unknown) or 'fresh'}."
    elif failed:
        evidence = "; ".join(f"{each.name}, confidences differ by {_signed(each.shift)}" for each in failed)
        sentence = f"FAIL: streams are not isolated. {_capital(evidence)}."
    elif undecided := [result for result in results if not _excludes_influence(result.shift)]:
        doubt = "; ".join(f"{each.name}, the shift is {_signed(each.shift)}" for each in undecided)
        sentence = f"This data does not decide it: a shift of {SHIFT_MIN:g} or more is not excluded. {_capital(doubt)}."
    else:
        sentence = f"PASS: no influence of {SHIFT_MIN:g} or more on the confidence was found."
    return IsolationResult(
        passed=sentence.startswith("PASS"),
        sentence=sentence,
        fresh_streams=len(fresh),
        spread=float(np.std(own)) if len(own) > 1 else 0.0,
        conditions=results,
    )


def _condition(
    name: str, traces: Sequence[Trace], reference: Mapping[tuple[str, int], float], fresh: Sequence[Trace]
) -> ConditionResult:
    ends = _first_ends_ms(fresh)
    of_fresh, shifts = (
        [own for each in group if (own := _shift(each, reference, ())) is not None] for group in (fresh, traces)
    )
    fresh_delays, delays = (
        [
            end_ms - float(np.mean(ends[trace.clip]))
            for trace in group
            if (end_ms := _first_end_ms(trace)) is not None and ends.get(trace.clip)
        ]
        for group in (fresh, traces)
    )
    higher, lower = sum(each > _SAME for each in shifts), sum(each < -_SAME for each in shifts)
    p = sign_test(higher, lower)
    shift = _difference(of_fresh, shifts)
    is_large = shift.value is not None and abs(shift.value) >= SHIFT_MIN
    return ConditionResult(
        name=name,
        streams=len(shifts),
        shift=shift,
        decision_shift_ms=_difference(fresh_delays, delays),
        higher=higher,
        lower=lower,
        p=p,
        is_influenced=p < P_MAX and is_large and not _holds_zero(shift),
    )


def _difference(fresh: Sequence[float], values: Sequence[float]) -> Estimate:
    """The mean of `values` minus that of the fresh streams; `n` counts the former."""
    if not fresh or not values:
        return Estimate()
    base, new = (mean(each, list(range(len(each)))) for each in (fresh, values))
    return replace(difference(base, new), n=len(values))


def _holds_zero(shift: Estimate) -> bool:
    return shift.low is None or shift.high is None or shift.low <= 0 <= shift.high


def _excludes_influence(shift: Estimate) -> bool:
    """Whether the whole interval is below the smallest shift that counts: with few streams no sign test can fail."""
    return shift.low is not None and shift.high is not None and -SHIFT_MIN < shift.low <= shift.high < SHIFT_MIN


def shift_text(condition: ConditionResult) -> str:
    """The mean shift of a condition's confidences with its interval."""
    return "not known" if condition.shift.value is None else _with_interval(condition.shift, "+.3f", "")


def delay_text(condition: ConditionResult) -> str:
    """The mean shift of a condition's first ends of turn with its interval; empty where none is known."""
    delay = condition.decision_shift_ms
    return "" if delay.value is None else _with_interval(delay, "+.0f", " ms")


def _with_interval(shift: Estimate, form: str, unit: str) -> str:
    text = f"{shift.value:{form}}{unit}"
    if shift.low is not None and shift.high is not None:
        text += f" (95 % interval {shift.low:{form}} to {shift.high:{form}}{unit})"
    return text


def rule_text(result: IsolationResult) -> str:
    """How the conditions of a result are judged."""
    return (
        f"{result.fresh_streams} fresh streams differ by {result.spread:.4f} (standard deviation of the confidence). A "
        f"condition fails if the sign test over streams has p < {P_MAX:g}, the mean shift is {SHIFT_MIN:g} or more and "
        "its interval excludes zero. "
        f"It passes if the whole interval of the shift is below {SHIFT_MIN:g} in both directions."
    )


def _reference(fresh: Sequence[Trace]) -> dict[tuple[str, int], float]:
    """The mean confidence of fresh streams at each place of each clip."""
    confidences: dict[tuple[str, int], list[float]] = defaultdict(list)
    for trace in fresh:
        for key, confidence in _confidences(trace).items():
            confidences[key].append(confidence)
    return {key: float(np.mean(values)) for key, values in confidences.items()}


def _confidences(trace: Trace) -> dict[tuple[str, int], float]:
    """Confidences up to the first end of a turn, by place: later ones depend on when it came."""
    confidences: dict[tuple[str, int], float] = {}
    for message in trace.messages:
        if message.event == "EndOfTurn":
            break
        if message.transcript:
            confidences[trace.clip, round(message.audio_s / _RASTER_S)] = message.confidence
    return confidences


def _shift(trace: Trace, reference: Mapping[tuple[str, int], float], fresh: Sequence[Trace]) -> float | None:
    """How much higher a stream's confidences are; of a fresh one, than those of the other fresh ones."""
    others = _reference([each for each in fresh if each is not trace]) if fresh else reference
    shared = [value - others[key] for key, value in _confidences(trace).items() if key in others]
    return float(np.mean(shared)) if shared else None


def _first_end_ms(trace: Trace) -> float | None:
    return next((each.audio_s * 1000 for each in trace.messages if each.event == "EndOfTurn"), None)


def _first_ends_ms(traces: Sequence[Trace]) -> dict[str, list[float]]:
    ends_ms: dict[str, list[float]] = defaultdict(list)
    for trace in traces:
        if (end_ms := _first_end_ms(trace)) is not None:
            ends_ms[trace.clip].append(end_ms)
    return ends_ms


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _signed(estimate: Estimate) -> str:
    value = estimate.value or 0.0
    if estimate.low is None or estimate.high is None:
        return f"{value:+.3f} (no interval, n = {estimate.n:,})"
    return f"{value:+.3f} (95 % interval {estimate.low:+.3f} to {estimate.high:+.3f}, n = {estimate.n:,})"
