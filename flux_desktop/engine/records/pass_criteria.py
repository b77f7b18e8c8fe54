"""Limits on a run's figures, such as ``update_p95_ms<400ms``: parsed, and judged at the end of the run."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.evaluation.statistics.intervals import values_needed

_OF_LATENCY = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
_VALUES_NEEDED = {"p95_ms": values_needed(0.95), "p99_ms": values_needed(0.99)}
_CLASSES = {
    "completed": "completed",
    "not_started": "not started",
    "connect_failed": "connect failed",
    "never_connected": "never Connected",
    "failed": "failed in mid-stream",
    "no_transcript": "no transcript",
    "generator_lost": "generator lost",
}
METRICS = (
    *(f"{kind}_{part}" for kind in FIGURES for part in _OF_LATENCY),
    *_CLASSES,
    "completed_percent",
    "retries",
    "reconnects",
    "word_error_percent",
)
"""Figures that can be limited: durations in milliseconds, connections by how they ended, the share that completed,
retries and reconnects, and the word error rate."""
_COMPLETION = frozenset({"completed", "completed_percent"})

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
_LIMIT = re.compile(r"\s*([a-z0-9_]+)\s*(<=|>=|==|<|>)\s*(-?\d+(?:\.\d+)?)\s*(ms|s|m|%|)\s*", re.ASCII)
_UNITS: dict[str, dict[str, float]] = {
    "ms": {"": 1.0, "ms": 1.0, "s": 1_000.0, "m": 60_000.0},
    "%": {"": 1.0, "%": 1.0},
    "": {"": 1.0},
}
"""By the unit of the figure: the units that a limit may be written in, and what one of them is in the figure's."""


class Limit(Struct, frozen=True):
    """`metric` must stand in the relation `relation` to `value`, which is in the metric's own unit."""

    metric: str
    relation: str
    value: float

    def __str__(self) -> str:
        return f"{self.metric} {self.relation} {self.value:g}"


ALL_COMPLETE = Limit("completed_percent", ">=", 100.0)
"""What every run with limits must meet, unless its own limits say how many connections have to complete."""


class LimitResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One limit of a run with the value that it was compared to; None, which breaks it, if nothing was measured."""

    limit: Limit
    value: float | None
    met: bool
    n: int | None = None
    """How many values the percentile, or words the rate, is of; None for a count of connections."""
    implied: bool = False
    """Not stated by the user: see `ALL_COMPLETE`."""

    def __str__(self) -> str:
        limit, unit = self.limit, _unit_of(self.limit.metric)
        shown = "not measured" if self.value is None else _with_unit(_rounded(self.value, limit.value), unit)
        note = " (applies unless “completed” or “completed_percent” is limited)" if self.implied else ""
        shown += f" ({self._count()})" if self.n else ""
        return f"{limit.metric} is {shown}, required: {limit.relation} {_with_unit(limit.value, unit)}{note}"

    def _count(self) -> str:
        part = "_".join(self.limit.metric.rsplit("_", 2)[1:])
        is_rough = (self.n or 0) < _VALUES_NEEDED.get(part, 0)
        return f"n = {self.n:,}, too few for {part.removesuffix('_ms')}" if is_rough else f"n = {self.n:,}"


def parse_limit(text: str) -> Limit:
    """Parse one limit; raises `ProblemError` (limit_invalid, limit_unknown)."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise ProblemError(
            Problem(
                code="limit_invalid",
                what=f"The limit “{text}” is not valid.",
                todo="Write a figure, one of < <= > >= == and a number, for example update_p95_ms<400ms.",
            )
        )
    metric, relation, number, unit = match.groups()
    if metric not in METRICS:
        raise ProblemError(
            Problem(
                code="limit_unknown",
                what=f"There is no figure named {metric}.",
                todo=f"Use one of: {', '.join(METRICS)}.",
            )
        )
    factors = _UNITS[_unit_of(metric)]
    if unit not in factors:
        units = " or ".join(name for name in factors if name)
        raise ProblemError(
            Problem(
                code="limit_invalid",
                what=f"The limit “{text}” is not valid: {metric} is not measured in {unit}.",
                todo=f"Use {units}, or leave the unit out." if units else "Leave the unit out: it is a count.",
            )
        )
    value = float(number) * factors[unit]
    if not math.isfinite(value):
        raise ProblemError(Problem(code="limit_invalid", what=f"The limit on {metric} is too large a number."))
    return Limit(metric, relation, value)


def run_figures(
    ledger: Mapping[str, int], words: object = None, repeated: tuple[int, int] = (0, 0), /, **latencies: object
) -> dict[str, float | None]:
    """All `METRICS` of a run. `latencies` are its `Percentiles` by name, `words` its `WordErrors` if known.

    `repeated` are its retries and its reconnects. Under ``update_n`` and the like stands how many values there are.
    """
    figures: dict[str, float | None] = {
        f"{kind}_{part}": getattr(latencies.get(kind), part, None) for kind in FIGURES for part in _OF_LATENCY
    }
    figures.update({f"{kind}_n": getattr(latencies.get(kind), "n", None) for kind in FIGURES})
    figures.update({name: float(ledger.get(label, 0)) for name, label in _CLASSES.items()})
    planned = sum(ledger.values())
    figures["completed_percent"] = 100.0 * ledger.get("completed", 0) / planned if planned else None
    figures["retries"], figures["reconnects"] = map(float, repeated)
    figures["word_error_percent"] = getattr(words, "rate_percent", None)
    figures["word_error_n"] = getattr(words, "n", None)
    return figures


def judge(limits: Iterable[Limit], figures: Mapping[str, float | None]) -> list[LimitResult]:
    """The result of every limit, in order; empty without limits.

    Fast answers from the few connections that worked are no success: without a limit on how many have to complete, all
    of them have to.
    """
    stated = list(limits)
    implied = [ALL_COMPLETE] if stated and not any(limit.metric in _COMPLETION for limit in stated) else []
    results = []
    for limit in [*stated, *implied]:
        value = figures.get(limit.metric)
        met = value is not None and _OPERATORS[limit.relation](value, limit.value)
        results.append(
            LimitResult(limit=limit, value=value, met=met, n=_n_of(limit, figures), implied=limit in implied)
        )
    return results


def _n_of(limit: Limit, figures: Mapping[str, float | None]) -> int | None:
    if limit.metric.endswith("_ms"):
        n = figures.get(f"{limit.metric.rsplit('_', 2)[0]}_n")
    else:
        n = figures.get("word_error_n") if limit.metric == "word_error_percent" else None
    return None if n is None else int(n)


def _unit_of(metric: str) -> str:
    return "ms" if metric.endswith("_ms") else "%" if metric.endswith("_percent") else ""


def _rounded(value: float, limit: float) -> float:
    """One decimal, unless that would hide on which side of the limit the value is."""
    rounded = round(value, 1)
    return value if rounded == limit else rounded


def _with_unit(value: float, unit: str) -> str:
    return f"{value:,.10g} {unit}".rstrip()
