"""The result of an isolation check in words. No Qt."""

from __future__ import annotations

from flux_desktop.evaluation.isolation import P_MAX, SHIFT_MIN, ConditionResult, IsolationResult

EXPLANATION = (
    "Does a stream influence later or neighbouring streams? A bundled clip is streamed on fresh connections, beside "
    "seven others, and right after a long stream; its confidences should be the same."
)


def result_lines(result: IsolationResult) -> list[str]:
    """The figures behind the verdict, one condition a line, then how it is judged."""
    lines = [_line(condition) for condition in result.conditions]
    lines.append(
        f"{result.fresh_streams} fresh streams differ by {result.spread:.4f} (standard deviation). "
        f"A condition fails if the sign test has p < {P_MAX:g} and the mean shift is {SHIFT_MIN:g} or more."
    )
    return lines


def _line(condition: ConditionResult) -> str:
    shift, delay = condition.shift, condition.decision_shift_ms
    words = "not known" if shift.value is None else f"{shift.value:+.3f}"
    if shift.low is not None and shift.high is not None:
        words += f" (95 % interval {shift.low:+.3f} to {shift.high:+.3f})"
    ends = "" if delay.value is None else f", end of turn {delay.value:+.0f} ms"
    return f"{condition.name}: confidence {words}{ends}, {condition.streams} streams, p = {condition.p:.3f}"
