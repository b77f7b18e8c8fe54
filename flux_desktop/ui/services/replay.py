"""Plays recorded events as if they came from an engine: for past sessions, and with no endpoint at all."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import ConnectionChanged, Event, RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.models.session_clock import SessionClock
from flux_desktop.ui.services.engine_port import EventSink

LOOK_S = 0.05
"""How soon a pause or a jump of the clock is noticed."""


class ReplayEngine:
    """Gives the events at the times they were recorded at, `speed` times as fast; 0 gives all at once.

    It follows `clock`, which others start, stop and set. After a jump backwards it begins again, with the events that
    `on_rewind` returns, if there is one; those up to the clock's time come at once. So do those
    before the first connection began to open: on a cluster, many seconds without anything to see.
    """

    def __init__(
        self,
        sink: EventSink,
        events: Iterable[Event],
        speed: float = 1.0,
        *,
        full: Callable[[], bool] = lambda: False,
        folder: Path | None = None,
        clock: SessionClock | None = None,
        on_rewind: Callable[[], Iterable[Event]] | None = None,
    ) -> None:
        """While `full` says so nothing more is given: the screen has to catch up first."""
        self._sink = sink
        self._events = events
        self._clock = None if not speed else clock or SessionClock(speed)
        self._owns_clock = clock is None
        self._on_rewind = on_rewind
        self._stopped = asyncio.Event()
        self._full = full
        self.session_folder = folder

    async def run(self, plan: RunPlan) -> RunEnded:
        """Play to the end, or until stopped; the recording's own end is what is returned."""
        clock = self._clock
        if clock is not None and self._owns_clock:
            clock.play(time.monotonic())
        events, last_t, seeks = iter(self._events), 0.0, 0 if clock is None else clock.seeks
        event, prepares = next(events, None), True
        while event is not None and not self._stopped.is_set():
            if clock is not None and clock.seeks != seeks:
                seeks = clock.seeks
                if clock.t(time.monotonic()) < last_t:
                    events, last_t = iter(self._events if self._on_rewind is None else self._on_rewind()), 0.0
                    event = next(events, None)
                    continue
            due_t = max(last_t, getattr(event, "t", last_t))
            if clock is not None and prepares:
                if clock.t(now_s := time.monotonic()) < due_t:
                    clock.seek(due_t, now_s)
                prepares = not isinstance(event, ConnectionChanged)
            if clock is not None and not await self._is_due(clock, due_t):
                continue
            if self._full():
                await self._wait(0.005)
                continue
            last_t = due_t
            self._sink(event)
            if isinstance(event, RunEnded):
                return event
            event = next(events, None)
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
