"""The newest values of one kind, such as a connection's latest pacing errors."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray


class RecentValues:
    """At most `kept` values, the oldest replaced first. The memory is taken once: one more value allocates nothing."""

    __slots__ = ("_at", "_n", "_values")

    def __init__(self, kept: int) -> None:
        self._values = array("d", bytes(8 * kept))
        self._at = self._n = 0

    def append(self, value: float) -> None:
        """Keep one more."""
        self._values[self._at] = value
        self._at += 1
        if self._at == len(self._values):
            self._at = 0
        if self._n < len(self._values):
            self._n += 1

    def __len__(self) -> int:
        return self._n

    @property
    def newest(self) -> float | None:
        """The last one kept."""
        return self._values[self._at - 1] if self._n else None

    def values(self) -> NDArray[np.float64]:
        """All that are kept, in no particular order; valid until the next `append`."""
        return np.frombuffer(self._values)[: self._n]
