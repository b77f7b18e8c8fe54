"""Plays recorded events as if they came from an engine: for past sessions, and with no endpoint at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.services.engine_port import EventSink


class ReplayEngine:
    """Gives the events at the times they were recorded at, `speed` times as fast; 0 gives all at once."""

    def __init__(
        self,
        sink: EventSink,
        events: Iterable[Event],
        speed: float = 1.0,
        *,
        full: Callable[[], bool] = lambda: False,
        folder: Path | None = None,
    ) -> None:
        """While `full` says so nothing more is given: the screen has to catch up first."""
        self._sink = sink
        self._events = events
        self._speed = speed
        self._stopped = asyncio.Event()
        self._full = full
        self.session_folder = folder

    async def run(self, plan: RunPlan) -> RunEnded:
        """Play to the end, or until stopped; the recording's own end is what is returned."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        last_t = 0.0
        for event in self._events:
            last_t = max(last_t, getattr(event, "t", last_t))
            if self._speed and (wait_s := began_s + last_t / self._speed - loop.time()) > 0:
                await self._wait(wait_s)
            while self._full() and not self._stopped.is_set():
                await self._wait(0.005)
            if self._stopped.is_set():
                break
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

    async def _wait(self, wait_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), wait_s)
