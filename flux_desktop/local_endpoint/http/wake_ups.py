"""What is done at the end of a wake-up of the event loop, when the data of all streams that have arrived are used.

Each call that hands something over to the server library's network thread wakes it, unless it is awake. One after the
other they find it awake; between two chunks that are verified it would fall asleep again.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable


class WakeUps:
    """Collects calls for the end of the present wake-up; one for all streams of an event loop."""

    def __init__(self) -> None:
        self._calls: list[Callable[[], None]] = []
        self.context = contextvars.copy_context()
        """The context of all these calls: making one for each of them would cost more than most calls."""

    def at_end(self, call: Callable[[], None]) -> None:
        """Make a call, which must not raise, when what this wake-up was for is done. Calls keep their order."""
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._make_calls, context=self.context)
        self._calls.append(call)

    def _make_calls(self) -> None:
        calls, self._calls = self._calls, []
        for call in calls:
            call()
