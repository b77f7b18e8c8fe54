"""One way from the network threads to the event loop, with one wake-up for many arrivals."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any, float], None]


class ReceiveQueue:
    """Hands what network threads post to handlers on the event loop's thread, in posting order.

    At most one wake-up is under way at any time, so a burst on hundreds of streams costs the loop one
    callback. `post` may be called from any thread; everything else belongs to the loop's thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._items: deque[tuple[Handler, Any, float]] = deque()
        self._awake = False

    def post(self, handler: Handler, value: Any, at_s: float) -> None:
        """Call ``handler(value, at_s)`` soon on the loop's thread. After the loop has closed: nothing."""
        self._items.append((handler, value, at_s))
        if not self._awake:
            self._awake = True
            # A late goodbye from the network after the loop has closed has no one left to reach.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        # Lowered before reading: whatever is posted from here on either is read below or wakes us again.
        self._awake = False
        items = self._items
        while items:
            handler, value, at_s = items.popleft()
            try:
                handler(value, at_s)
            except Exception as error:  # border: one stream's bug must not stop the others' arrivals
                self._loop.call_exception_handler({"message": "A stream's handler failed.", "exception": error})
