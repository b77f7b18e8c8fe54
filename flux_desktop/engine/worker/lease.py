"""The lease of a run whose supervisor is on another machine: streams are closed when it no longer renews it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Lease:
    """Lasts for `length_s` seconds from the start and from each renewal."""

    def __init__(self, length_s: float, clock: Callable[[], float]) -> None:
        self._length_s = length_s
        self._clock = clock
        self._renewed_s = clock()

    def renew(self) -> None:
        """Count from now."""
        self._renewed_s = self._clock()

    @property
    def left_s(self) -> float:
        """Seconds until it ends; not above 0 where it has ended."""
        return self._renewed_s + self._length_s - self._clock()

    async def ended(self) -> None:
        """Wait until it has ended, whether or not this process was suspended meanwhile."""
        while (left_s := self.left_s) > 0:  # noqa: ASYNC110 - the time left grows while it is waited for
            await asyncio.sleep(left_s)
