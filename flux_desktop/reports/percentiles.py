"""The mark of a percentile that has too few values, the same in the terminal and in reports."""

from __future__ import annotations

from flux_desktop.evaluation.statistics.intervals import values_needed

_VALUES_NEEDED = {"p50": 1, "p95": values_needed(0.95), "p99": values_needed(0.99), "max": 1}
"""How many values an upper 95 % bound of a percentile needs."""
PERCENTILES = tuple(_VALUES_NEEDED)
ROUGH_NOTE = "~ too few values for this percentile: it is one of the largest values"


def rough_mark(name: str, n: int) -> str:
    """What stands before the percentile `name` of `n` values: ``~`` where they are too few, else nothing."""
    return "~" if n < _VALUES_NEEDED[name] else ""
