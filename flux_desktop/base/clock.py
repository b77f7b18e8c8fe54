"""Detection of a wall clock that is set while the program runs, by comparing it with a steady clock."""

from __future__ import annotations

import time
from collections.abc import Callable


def steady_s() -> float:
    """Seconds of a clock that is never set and, where the system has such a clock, counts suspended time as well."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):  # not Linux; macOS counts suspended time in its monotonic clock
        return time.monotonic()


class ClockWatch:
    """How far the wall clock has been set since this object was created."""

    def __init__(
        self, wall_s: Callable[[], float] = lambda: time.time(), steady_s: Callable[[], float] = steady_s
    ) -> None:
        self._wall_s = wall_s
        self._steady_s = steady_s
        self._offset_s = wall_s() - steady_s()

    @property
    def step_s(self) -> float:
        """Seconds by which the clock was set forward (positive) or back (negative), including slow corrections."""
        return self._wall_s() - self._steady_s() - self._offset_s
