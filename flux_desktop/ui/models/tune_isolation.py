"""The result of an isolation check in words. No Qt."""

from __future__ import annotations

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.comparing.isolation import (
    ConditionResult,
    IsolationResult,
    delay_text,
    rule_text,
    shift_text,
)

EXPLANATION = (
    "Does a stream influence later or neighbouring streams? A bundled clip is streamed on fresh connections, beside "
    "seven others, and right after a long stream; its confidences should be the same."
)


def result_lines(result: IsolationResult) -> list[str]:
    """The figures behind the verdict, one condition a line, then how it is judged."""
    lines = [_line(condition) for condition in result.conditions]
    lines.append(rule_text(result))
    return lines


def _line(condition: ConditionResult) -> str:
    shift, delay = shift_text(condition), delay_text(condition)
    ends = f", end of turn {delay}" if delay else ""
    return f"{condition.name}: confidence {shift}{ends}, {amount(condition.streams, 'stream')}, p = {condition.p:.3f}"
