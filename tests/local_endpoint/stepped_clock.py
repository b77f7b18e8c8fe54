"""A clock that moves only when something sleeps on it."""

from __future__ import annotations

import asyncio

TICK_S = 0.0001
"""How far ``sleep(0)`` moves the clock: a loop that polls it comes to an end."""


class SteppedClock:
    """`now_s` and `sleep` stand for a monotonic clock and `asyncio.sleep`; `sleeps_s` keeps what was slept."""

    def __init__(self, now_s: float = 100.0) -> None:
        self.time_s = now_s
        self.sleeps_s: list[float] = []

    def now_s(self) -> float:
        return self.time_s

    async def sleep(self, delay_s: float) -> None:
        self.sleeps_s.append(delay_s)
        self.time_s += delay_s or TICK_S
        await asyncio.sleep(0)
