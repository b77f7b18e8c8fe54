"""All values of one stream in bounded memory: exact at first, to three significant digits after some minutes."""

from __future__ import annotations

from array import array

import numpy as np

from flux_desktop.engine.events import Percentiles

FRESH_MAX = 1024
"""Values kept as they came: four minutes of Updates."""
_STEPS = 1000
"""Counters for each factor of e beyond that: a thousandth apart, as in the run's own histograms."""


class PackedValues:
    """Durations in milliseconds; `percentiles` are by the nearest rank."""

    def __init__(self) -> None:
        self._fresh = array("f")
        self._steps = np.empty(0, np.int32)
        self._counts = np.empty(0, np.int64)

    def append(self, value_ms: float) -> None:
        """Count one value."""
        self._fresh.append(value_ms)
        if len(self._fresh) >= FRESH_MAX:
            self._fold()

    def percentiles(self) -> Percentiles:
        """p50, p95, p99 and the largest value, with the count."""
        fresh = np.frombuffer(self._fresh, np.float32).astype(np.float64)
        values = np.concatenate((np.exp(self._steps / _STEPS), fresh))
        counts = np.concatenate((self._counts, np.ones(len(fresh), np.int64)))
        if not len(values):
            return Percentiles()
        order = np.argsort(values)
        up_to = np.cumsum(counts[order])
        n = int(up_to[-1])

        def rank(percent: int) -> float:
            return round(float(values[order[np.searchsorted(up_to, -(-n * percent // 100))]]), 3)

        return Percentiles(n=n, p50_ms=rank(50), p95_ms=rank(95), p99_ms=rank(99), max_ms=rank(100))

    def _fold(self) -> None:
        """Sort the fresh values into counters; what is below a microsecond, or before its time, counts as one."""
        fresh = np.maximum(np.frombuffer(self._fresh, np.float32), 0.001)
        steps = np.concatenate((self._steps, np.rint(np.log(fresh) * _STEPS).astype(np.int32)))
        counts = np.concatenate((self._counts, np.ones(len(fresh), np.int64)))
        # By hand, for numpy's own `unique` first imports what stops the process for a tenth of a second.
        order = np.argsort(steps, kind="stable")
        steps, counts = steps[order], counts[order]
        first = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
        self._steps, self._counts = steps[first], np.add.reduceat(counts, first)
        self._fresh = array("f")
