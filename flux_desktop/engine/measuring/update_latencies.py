"""Latencies of one connection's Updates by both clocks: the newest ones as they are, and all of them counted."""

from __future__ import annotations

from struct import Struct

import numpy as np
from numpy.typing import NDArray

from flux_desktop.engine.measuring.latency_counts import LatencyCounts
from flux_desktop.engine.records.facts import Percentiles

RECENT_UPDATES = 256
"""Kept for a connection's row: about the last minute. As many are counted at a time."""
_PAIR = Struct("dd")
_write, _PAIR_BYTES = _PAIR.pack_into, _PAIR.size


class UpdateLatencies:
    """Pairs of the user and the wire latency, in milliseconds. One more is one write into memory taken once."""

    __slots__ = ("_counted", "_counts", "_n", "_pairs")

    def __init__(self) -> None:
        self._pairs = bytearray(RECENT_UPDATES * _PAIR_BYTES)
        self._n = self._counted = 0
        self._counts = LatencyCounts(), LatencyCounts()

    def add(self, user_ms: float, wire_ms: float) -> None:
        """Keep one more, in place of the oldest."""
        n = self._n
        if n - self._counted == RECENT_UPDATES:
            self._count()
        _write(self._pairs, n % RECENT_UPDATES * _PAIR_BYTES, user_ms, wire_ms)
        self._n = n + 1

    @property
    def newest_user_ms(self) -> float | None:
        """The last one kept."""
        if not self._n:
            return None
        newest: float = _PAIR.unpack_from(self._pairs, (self._n - 1) % RECENT_UPDATES * _PAIR_BYTES)[0]
        return newest

    def recent_user_ms(self) -> NDArray[np.float64]:
        """All that are kept, in no particular order; valid until the next `add`."""
        return np.frombuffer(self._pairs).reshape(-1, 2)[: self._n, 0]

    def percentiles(self) -> tuple[Percentiles, Percentiles]:
        """Of all that there were, by the user's clock and by the wire's."""
        self._count()
        user, wire = self._counts
        return user.percentiles(), wire.percentiles()

    def _count(self) -> None:
        pairs = np.frombuffer(self._pairs).reshape(-1, 2)[np.arange(self._counted, self._n) % RECENT_UPDATES]
        for counts, values_ms in zip(self._counts, pairs.T, strict=True):
            counts.add(values_ms)
        self._counted = self._n
