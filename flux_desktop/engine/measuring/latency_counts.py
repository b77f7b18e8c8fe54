"""All latencies of one connection in bounded memory: a histogram with logarithmic steps."""

from __future__ import annotations

import math
from array import array

import numpy as np
from numpy.typing import NDArray

from flux_desktop.engine.records.facts import Percentiles

_STEPS_PER_E = 500
"""Counters for each factor of e: a value is off by 0.1 % at most, three significant digits."""
_LEAST_MS = 0.01
_MOST_MS = 3_600_000.0
_PAGE_BITS = 8
_PAGE_COUNTERS = 1 << _PAGE_BITS
_EMPTY_PAGE = bytes(4 * _PAGE_COUNTERS)


class LatencyCounts:
    """Durations in milliseconds, counted; `percentiles` are by the nearest rank, the maximum is exact.

    Below 10 µs counts as 10 µs, above one hour as one hour. Counters come in pages of 1 kB, when a value needs them: 10
    kB for latencies from 1 to 150 ms, 40 kB at most, however many values there are. An HdrHistogram of this range and
    precision takes 190 kB, which hundreds of connections cannot afford.
    """

    def __init__(self) -> None:
        self._pages: dict[int, array[int]] = {}
        self._max_ms = 0.0

    def add(self, values_ms: NDArray[np.float64]) -> None:
        """Count many values: one at a time would cost ten times as much."""
        if not len(values_ms):
            return
        values_ms = np.clip(values_ms, _LEAST_MS, _MOST_MS)
        self._max_ms = max(self._max_ms, float(values_ms.max()))
        steps = np.rint(np.log(values_ms / _LEAST_MS) * _STEPS_PER_E).astype(np.int64).tolist()
        for step in steps:
            page = self._pages.get(step >> _PAGE_BITS)
            if page is None:
                page = self._pages[step >> _PAGE_BITS] = array("I", _EMPTY_PAGE)
            page[step & (_PAGE_COUNTERS - 1)] += 1

    def percentiles(self) -> Percentiles:
        """p50, p95, p99 and the largest value, with the count."""
        if not self._pages:
            return Percentiles()
        numbers = sorted(self._pages)
        counters = np.concatenate([np.frombuffer(self._pages[number], np.uint32) for number in numbers])
        used = np.flatnonzero(counters)
        steps = (np.array(numbers)[used >> _PAGE_BITS] << _PAGE_BITS) + (used & (_PAGE_COUNTERS - 1))
        up_to = np.cumsum(counters[used])
        n = int(up_to[-1])

        def rank(percent: int) -> float:
            step = int(steps[np.searchsorted(up_to, -(-n * percent // 100))])
            return round(min(_LEAST_MS * math.exp(step / _STEPS_PER_E), self._max_ms), 3)

        return Percentiles(n=n, p50_ms=rank(50), p95_ms=rank(95), p99_ms=rank(99), max_ms=round(self._max_ms, 3))
