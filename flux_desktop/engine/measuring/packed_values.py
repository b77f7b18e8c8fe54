"""All values of one stream in bounded memory: exact at first, to three significant digits after some minutes."""

from __future__ import annotations

import math

import numpy as np

from flux_desktop.engine.measuring.own_pages import own_pages
from flux_desktop.engine.records.facts import Percentiles

FRESH_MAX = 1024
"""Values kept as they came: four minutes of Updates."""
_STEPS = 1000
"""Counters for each factor of e beyond that: a thousandth apart, as in the run's own histograms."""
_LEAST_MS = 0.001
_MOST_MS = 3_600_000.0
_COUNTERS = math.ceil(math.log(_MOST_MS / _LEAST_MS) * _STEPS) + 1
_PAGE = 2048
"""Counters on one page of memory, 4 kB, as long as they are small."""
_SMALL_MAX = 65_535
_PAGES = -(-_COUNTERS // _PAGE)
_USUAL = slice(1, 5)
"""Pages of 0.01 to 28 ms, which every stream comes to need: taken at once, so that hours add nothing."""
_WORTH_A_PAGE = 1024
"""Fewer values than these in the range of a page are kept as they came: they are smaller so."""


class PackedValues:
    """Durations in milliseconds; `percentiles` are by the nearest rank.

    Beyond the first ones a value below a microsecond, or before its time, counts as one, above an hour as an hour.
    """

    def __init__(self) -> None:
        pages = own_pages(4 * FRESH_MAX + 2 * _COUNTERS)
        self._fresh = pages[: 4 * FRESH_MAX].cast("f")
        self._n_fresh = 0
        self._rare = np.empty(0, np.float32)
        self._counts: np.ndarray = np.frombuffer(pages, np.uint16, offset=4 * FRESH_MAX)
        self._open = np.zeros(_PAGES, bool)

    def append(self, value_ms: float) -> None:
        """Count one value."""
        self._fresh[self._n_fresh] = value_ms
        self._n_fresh += 1
        if self._n_fresh == FRESH_MAX:
            self._fold()

    def percentiles(self) -> Percentiles:
        """p50, p95, p99 and the largest value, with the count."""
        exact = self._exact().astype(np.float64)
        steps = self._steps_in_use()
        values = np.concatenate((_LEAST_MS * np.exp(steps / _STEPS), exact))
        counts = np.concatenate((self._counts[steps].astype(np.int64), np.ones(len(exact), np.int64)))
        if not len(values):
            return Percentiles()
        order = np.argsort(values)
        up_to = np.cumsum(counts[order])
        n = int(up_to[-1])

        def rank(percent: int) -> float:
            return round(float(values[order[np.searchsorted(up_to, -(-n * percent // 100))]]), 3)

        return Percentiles(n=n, p50_ms=rank(50), p95_ms=rank(95), p99_ms=rank(99), max_ms=rank(100))

    def _fold(self) -> None:
        """Count the fresh values in their counters, where there are many of their size."""
        if not self._open.any():
            self._counts[_USUAL.start * _PAGE : _USUAL.stop * _PAGE] = 0
            self._open[_USUAL] = True
        values = np.clip(self._exact(), _LEAST_MS, _MOST_MS)
        steps = np.rint(np.log(values / _LEAST_MS) * _STEPS).astype(np.int32)
        pages = steps // _PAGE
        self._open |= np.bincount(pages, minlength=_PAGES) >= _WORTH_A_PAGE
        counted = self._open[pages]
        self._count(steps[counted])
        self._rare = values[~counted]
        self._n_fresh = 0

    def _exact(self) -> np.ndarray:
        """The values that are kept as they came."""
        return np.concatenate((self._rare, np.frombuffer(self._fresh, np.float32, self._n_fresh)))

    def _steps_in_use(self) -> np.ndarray:
        """Numbers of the counters that are not 0; a page that was never counted in would be taken by a look at it."""
        begins = np.flatnonzero(self._open) * _PAGE
        return np.concatenate(
            [np.empty(0, np.intp), *(begin + np.flatnonzero(self._counts[begin : begin + _PAGE]) for begin in begins)]
        )

    def _count(self, steps: np.ndarray) -> None:
        """One more for each of them; the counters grow before one of them could run over, after days."""
        if self._counts.dtype == np.uint16 and self._counts[steps].max(initial=0) > _SMALL_MAX - len(steps):
            self._counts = self._counts.astype(np.uint32)
        np.add.at(self._counts, steps, self._counts.dtype.type(1))
