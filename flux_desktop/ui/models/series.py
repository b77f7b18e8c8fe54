"""A growing series of points on preallocated memory: what a curve draws."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Series:
    """The newest `capacity` points (x, y), always contiguous, so that a curve can draw views of them.

    Twice the capacity is allocated once; when it is full the newest half moves to the front.
    """

    def __init__(self, capacity: int = 4_000) -> None:
        self._capacity = capacity
        self._x: Floats = np.empty(2 * capacity)
        self._y: Floats = np.empty(2 * capacity)
        self._end = 0
        self.revision = 0

    def append(self, x: float, y: float) -> None:
        """Add a point; x must not go back."""
        if self._end == len(self._x):
            self._x[: self._capacity] = self._x[self._capacity :]
            self._y[: self._capacity] = self._y[self._capacity :]
            self._end = self._capacity
        self._x[self._end] = x
        self._y[self._end] = y
        self._end += 1
        self.revision += 1

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
