"""Thread-safe queue from network threads to the event loop that wakes the loop once per burst, or not at all.

Each wake-up costs about 20 µs on both threads. A loop that sends audio wakes up every few milliseconds anyway: what
can wait is handled then. It keeps the moment at which it arrived, so no latency depends on when it is handled.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

DEFER_MAX_S = 0.040
"""Longest wait for a wake-up that comes anyway."""

Handler = Callable[[Any, float], None]


class SharedWakeUps(Protocol):
    """Wake-ups of the event loop for other work."""

    next_s: float
    """When the next one is due, on the monotonic clock; 0 during one, and when none is planned."""
    after: list[Callable[[], None]]
    """Called on the loop's thread at the end of each, before `next_s` is set again."""


class ReceiveQueue:
    """Runs handlers that network threads post on the event loop's thread, in posting order.

    At most one wake-up is pending at any time, so a burst on hundreds of streams costs the loop one callback.
    `post` may be called from any thread; everything else runs on the loop's thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, wake_ups: SharedWakeUps | None = None) -> None:
        self._loop = loop
        self._wake_ups = wake_ups
        if wake_ups is not None:
            wake_ups.after.append(self._drain)
        self._items: deque[tuple[Handler, Any, float]] = deque()
        self._awake = False

    def post(self, handler: Handler, value: Any, at_s: float, *, can_wait: bool = False) -> None:
        """Schedule ``handler(value, at_s)`` on the loop's thread. Does nothing once the loop has closed.

        With `can_wait` it may be called up to `DEFER_MAX_S` later, when the loop wakes up for other work.
        """
        # Appended before `next_s` is read: a wake-up that has not ended by then will find it.
        self._items.append((handler, value, at_s))
        if can_wait and self._wake_ups is not None and 0 < self._wake_ups.next_s <= at_s + DEFER_MAX_S:
            return
        if not self._awake:
            self._awake = True
            # The loop may have closed: then there is no handler left to run.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        # Cleared before reading: anything posted from here on is either read below or schedules another wake-up.
        self._awake = False
        items = self._items
        while items:
            handler, value, at_s = items.popleft()
            try:
                handler(value, at_s)
            except Exception as error:  # boundary: a bug in one stream must not stop the others
                self._loop.call_exception_handler({"message": "A stream's handler failed.", "exception": error})
