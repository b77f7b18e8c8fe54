"""Timers of many senders on one event loop: those that are due in the same millisecond are one timer of the loop.

Chunks of many streams are due at the same moments (`pacing.GRID_S`). A timer of the loop for each chunk costs more than
half of what sending the chunk costs; here a chunk costs an entry in a list. Runs on the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import ceil
from typing import Protocol

_ROUNDING_MS = 0.01
"""By so much a moment may exceed its millisecond: deadlines are sums of floats."""

Callback = Callable[[], float | None]
"""Returns the moment of the loop's clock at which it is to be called again; None where it is not."""


class Timer(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Do not make the call."""


class Timers(Protocol):
    """What senders need of an event loop."""

    def call_later(self, delay_s: float, callback: Callback, /) -> Timer:
        """Call `callback` in `delay_s` seconds."""
        ...

    def call_at(self, moment_s: float, callback: Callback, /) -> Timer:
        """Call `callback` at a moment of the loop's clock, and again at the moment that it returns."""
        ...


class _Call:
    """One call of a group; without a callback once it was cancelled."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callback) -> None:
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        self.callback = None


class SharedTimers:
    """The `Timers` of the running event loop. Calls are made at the end of the millisecond in which they are due.

    `clock` is the senders' clock, in seconds; it runs at the loop's pace.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.next_s = 0.0
        """When the next calls are due; 0 while calls are made, and when none are planned."""
        self.after: list[Callable[[], None]] = []
        """Called after each group of calls."""
        self._groups: dict[int, list[_Call]] = {}
        """By the millisecond at which they are called."""

    def call_later(self, delay_s: float, callback: Callback, /) -> Timer:
        """Call `callback` in `delay_s` seconds, and again at the moment that it returns."""
        return self.call_at(self._clock() + delay_s, callback)

    def call_at(self, moment_s: float, callback: Callback, /) -> Timer:
        """Call `callback` at a moment of the senders' clock, and again at the moment that it returns."""
        call = _Call(callback)
        self._add(ceil(moment_s * 1000 - _ROUNDING_MS), call)
        return call

    def _add(self, due_ms: int, call: _Call) -> None:
        group = self._groups.get(due_ms)
        if group is not None:
            group.append(call)
            return
        self._groups[due_ms] = [call]
        self.next_s = min(self.next_s, due_ms / 1000)
        # Whole milliseconds, rounded up: uvloop rounds to the nearest one, and would call up to half of one too early.
        delay_ms = max(0, ceil(due_ms - self._clock() * 1000 - _ROUNDING_MS))
        asyncio.get_running_loop().call_later(delay_ms / 1000, self._make_calls, due_ms)

    async def sleep_until(self, moment_s: float) -> None:
        """Wait until a moment of `clock`, in the same wake-up of the loop as calls that are due then."""
        reached = asyncio.Event()
        call = self.call_at(moment_s, reached.set)
        try:
            await reached.wait()
        finally:
            call.cancel()

    def _make_calls(self, due_ms: int) -> None:
        self.next_s = 0.0
        groups = self._groups
        for call in groups.pop(due_ms):
            callback = call.callback
            if callback is None:
                continue
            try:
                again_s = callback()
            except Exception as error:  # boundary: a bug in one stream must not stop the others
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "A sender's timer failed.", "exception": error}
                )
                continue
            if again_s is None or call.callback is None:
                continue
            # As in `_add`, which is called for the first of a group only: most calls ask for the same moment.
            again_ms = ceil(again_s * 1000 - _ROUNDING_MS)
            group = groups.get(again_ms)
            if group is None:
                self._add(again_ms, call)
            else:
                group.append(call)
        for follow in self.after:
            follow()
        self.next_s = min(groups, default=0) / 1000
