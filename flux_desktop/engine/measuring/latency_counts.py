"""All latencies of one connection in bounded memory: a histogram with logarithmic steps."""

from __future__ import annotations

import math

import numpy as np

from flux_desktop.engine.records.facts import Percentiles

_STEPS_PER_E = 500
"""Counters for each factor of e: a value is off by 0.1 % at most, three significant digits."""
_LEAST_MS = 0.01
_MOST_MS = 3_600_000.0
_COUNTERS = math.ceil(math.log(_MOST_MS / _LEAST_MS) * _STEPS_PER_E) + 1


class LatencyCounts:
    """Durations in milliseconds, counted; `percentiles` are by the nearest rank, the maximum is exact.

    Below 10 µs counts as 10 µs, above one hour as one hour. 40 kB, however many values there are: an HdrHistogram of
    this range and precision takes 190 kB, which hundreds of connections cannot afford.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(_COUNTERS, np.uint32)
        self._max_ms = 0.0

    def append(self, value_ms: float) -> None:
        """Count one value."""
        value_ms = min(max(value_ms, _LEAST_MS), _MOST_MS)
        self._max_ms = max(self._max_ms, value_ms)
        self._counts[round(math.log(value_ms / _LEAST_MS) * _STEPS_PER_E)] += 1

    def percentiles(self) -> Percentiles:
        """p50, p95, p99 and the largest value, with the count."""
        steps = np.flatnonzero(self._counts)
        if not len(steps):
            return Percentiles()
        up_to = np.cumsum(self._counts[steps])
        n = int(up_to[-1])

        def rank(percent: int) -> float:
            step = int(steps[np.searchsorted(up_to, -(-n * percent // 100))])
            return round(min(_LEAST_MS * math.exp(step / _STEPS_PER_E), self._max_ms), 3)

        return Percentiles(n=n, p50_ms=rank(50), p95_ms=rank(95), p99_ms=rank(99), max_ms=round(self._max_ms, 3))
