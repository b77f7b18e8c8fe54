"""Bounded series of points on preallocated arrays, for plot curves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flux_desktop.engine.records.facts import Percentiles

Floats = NDArray[np.float64]
_FIRST = 64


RUN_POINTS = 5_000
"""Capacity for the figures of a whole run: more than half an hour."""


class Series:
    """The newest `capacity` points (x, y), always contiguous, so that a curve can draw views of them.

    Arrays double as points are added, up to a quarter more than the capacity; the newest points then move to the front.
    So a thousand connections with few points take little memory.
    """

    def __init__(self, capacity: int = 4_000, *, first: int = _FIRST) -> None:
        """`first` is the number of points allocated at first."""
        self._capacity = self._room = 0
        self.widen(capacity)
        self._x: Floats = np.full(min(first, self._room), np.nan)
        self._y: Floats = np.full(min(first, self._room), np.nan)
        self._end = 0
        self.revision = 0

    def widen(self, capacity: int) -> None:
        """Keep at least `capacity` points from now on."""
        self._capacity = max(self._capacity, capacity)
        self._room = self._capacity + max(1, self._capacity // 4)

    def append(self, x: float, y: float) -> None:
        """Add a point; x must not go back."""
        if self._end == len(self._x):
            self._make_room()
        self._x[self._end] = x
        self._y[self._end] = y
        self._end += 1
        self.revision += 1

    def _make_room(self) -> None:
        size = len(self._x)
        if size < self._room:
            self._x = np.concatenate((self._x, np.empty(min(size, self._room - size))))
            self._y = np.concatenate((self._y, np.empty(len(self._x) - size)))
            return
        self._x[: self._capacity] = self._x[-self._capacity :]
        self._y[: self._capacity] = self._y[-self._capacity :]
        self._end = self._capacity

    def __len__(self) -> int:
        return min(self._end, self._capacity)

    @property
    def x(self) -> Floats:
        """View of the points' x; valid until the next `append`."""
        return self._x[self._end - len(self) : self._end]

    @property
    def y(self) -> Floats:
        """View of the points' y; valid until the next `append`."""
        return self._y[self._end - len(self) : self._end]

    def since(self, x: float) -> Any:
        """View of the y whose x is at least `x`."""
        return self.y[np.searchsorted(self.x, x) :]


class Band:
    """The p50, p95 and p99 of one figure over time."""

    def __init__(self) -> None:
        # Allocated at once: there are few of these, and they grow for half an hour.
        self.p50, self.p95, self.p99 = (Series(first=RUN_POINTS) for _ in range(3))

    def take(self, t: float, figure: Percentiles) -> None:
        """Add the percentiles that are known at `t`."""
        for series, value in ((self.p50, figure.p50_ms), (self.p95, figure.p95_ms), (self.p99, figure.p99_ms)):
            if value is not None:
                series.append(t, value)
