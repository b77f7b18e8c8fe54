"""Timeouts that a person sets on a run's figures, such as ``update_p95_ms<400``: read, named and judged."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.figure_names import FIGURES

_OF_LATENCY = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
_CLASSES = {
    "completed": "completed",
    "not_started": "not started",
    "connect_failed": "connect failed",
    "never_connected": "never Connected",
    "failed": "failed in mid-stream",
    "no_transcript": "no transcript",
}
METRICS = (
    *(f"{kind}_{part}" for kind in FIGURES for part in _OF_LATENCY),
    *_CLASSES,
    "completed_percent",
    "retries",
    "reconnects",
    "word_error_percent",
)
"""What a limit can be set on: durations in milliseconds, streams by how they ended, the share that completed, what was
tried again, and the word error rate."""

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
_LIMIT = re.compile(r"\s*([a-z0-9_]+)\s*(<=|>=|==|<|>)\s*(-?\d+(?:\.\d+)?)\s*", re.ASCII)


class Limit(Struct, frozen=True):
    """`metric` must stand in the relation `relation` to `value`."""

    metric: str
    relation: str
    value: float

    def __str__(self) -> str:
        return f"{self.metric} {self.relation} {self.value:g}"


def parse_limit(text: str) -> Limit:
    """Read one limit; raises `ProblemError` for what is none."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise ProblemError(
            Problem(
                code="limit_invalid",
                what=f"The limit “{text}” cannot be read.",
                todo="Write a figure, one of < <= > >= == and a number, such as update_p95_ms<400.",
            )
        )
    if match[1] not in METRICS:
        raise ProblemError(
            Problem(
                code="limit_unknown",
                what=f"There is no figure called {match[1]} to set a limit on.",
                todo=f"Use one of: {', '.join(METRICS)}.",
            )
        )
    return Limit(match[1], match[2], float(match[3]))


def run_figures(
    ledger: Mapping[str, int], words: object = None, tried_again: tuple[int, int] = (0, 0), /, **latencies: object
) -> dict[str, float | None]:
    """All `METRICS` of a run. `latencies` are its `Percentiles` by name, `words` its `WordErrors` where known.

    `tried_again` are its retries and its reconnects.
    """
    found: dict[str, float | None] = {
        f"{kind}_{part}": getattr(latencies.get(kind), part, None) for kind in FIGURES for part in _OF_LATENCY
    }
    found.update({name: float(ledger.get(label, 0)) for name, label in _CLASSES.items()})
    planned = sum(ledger.values())
    found["completed_percent"] = 100.0 * ledger.get("completed", 0) / planned if planned else None
    found["retries"], found["reconnects"] = map(float, tried_again)
    found["word_error_percent"] = getattr(words, "rate_percent", None)
    return found


def broken(limits: Iterable[Limit], of_run: Mapping[str, float | None]) -> list[str]:
    """A sentence for each limit that did not hold; one on a figure without any value counts as broken."""
    sentences = []
    for limit in limits:
        value = of_run.get(limit.metric)
        if value is None:
            sentences.append(f"{limit.metric} has no value, the limit is {limit.relation} {limit.value:g}")
        elif not _OPERATORS[limit.relation](value, limit.value):
            sentences.append(f"{limit.metric} was {value:g}, the limit is {limit.relation} {limit.value:g}")
    return sentences
