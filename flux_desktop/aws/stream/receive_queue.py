"""Thread-safe queue from network threads to the event loop that wakes the loop once per burst."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any, float], None]


class ReceiveQueue:
    """Runs handlers that network threads post on the event loop's thread, in posting order.

    At most one wake-up is pending at any time, so a burst on hundreds of streams costs the loop one callback.
    `post` may be called from any thread; everything else runs on the loop's thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._items: deque[tuple[Handler, Any, float]] = deque()
        self._awake = False

    def post(self, handler: Handler, value: Any, at_s: float) -> None:
        """Schedule ``handler(value, at_s)`` on the loop's thread. Does nothing once the loop has closed."""
        self._items.append((handler, value, at_s))
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
