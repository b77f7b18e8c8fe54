"""Plays recorded events as if they came from an engine: for past sessions, and with no endpoint at all."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.models.session_clock import SessionClock
from flux_desktop.ui.services.engine_port import EventSink

LOOK_S = 0.05
"""How soon a pause or a jump of the clock is noticed."""


class ReplayEngine:
    """Gives the events at the times they were recorded at, `speed` times as fast; 0 gives all at once.

    It follows `clock`, which others may stop and set. After a jump backwards it calls `on_rewind` and gives the events
    from the beginning again, those up to the clock's time at once.
    """

    def __init__(
        self,
        sink: EventSink,
        events: Sequence[Event],
        speed: float = 1.0,
        *,
        full: Callable[[], bool] = lambda: False,
        folder: Path | None = None,
        clock: SessionClock | None = None,
        on_rewind: Callable[[], None] = lambda: None,
    ) -> None:
        """While `full` says so nothing more is given: the screen has to catch up first."""
        self._sink = sink
        self._events = events
        self._clock = None if not speed else clock or SessionClock(speed)
        self._on_rewind = on_rewind
        self._stopped = asyncio.Event()
        self._full = full
        self.session_folder = folder

    async def run(self, plan: RunPlan) -> RunEnded:
        """Play to the end, or until stopped; the recording's own end is what is returned."""
        clock = self._clock
        if clock is not None:
            clock.play(time.monotonic())
        place, last_t, seeks = 0, 0.0, 0 if clock is None else clock.seeks
        while place < len(self._events) and not self._stopped.is_set():
            if clock is not None and clock.seeks != seeks:
                seeks = clock.seeks
                if clock.t(time.monotonic()) < last_t:
                    place, last_t = 0, 0.0
                    self._on_rewind()
            event = self._events[place]
            due_t = max(last_t, getattr(event, "t", last_t))
            if clock is not None and not await self._is_due(clock, due_t):
                continue
            if self._full():
                await self._wait(0.005)
                continue
            place, last_t = place + 1, due_t
            self._sink(event)
            if isinstance(event, RunEnded):
                return event
        ended = RunEnded(
            t=last_t, verdict=Verdict.DONE, ledger={}, interrupted=True, reasons=["The replay was stopped."]
        )
        self._sink(ended)
        return ended

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """A recording cannot be steered."""

    def stop(self, *, drain: bool = True) -> None:
        """End the replay."""
        self._stopped.set()

    async def _is_due(self, clock: SessionClock, t: float) -> bool:
        """Whether the clock has reached `t`; else waits for a moment, in which it may be stopped or set."""
        now_s = time.monotonic()
        if clock.t(now_s) >= t:
            return True
        moment_s = clock.moment_s(t)
        await self._wait(LOOK_S if moment_s is None else max(0.0, min(moment_s - now_s, LOOK_S)))
        return False

    async def _wait(self, wait_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), wait_s)
