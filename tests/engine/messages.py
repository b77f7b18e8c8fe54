"""Received events from raw server messages, parsed and put into turns as the engine does it."""

from __future__ import annotations

from functools import cache

from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.retry_policy import RetryBudget, RetryPolicy
from flux_desktop.engine.measuring.ground_truth import TurnTiming
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.events import Event, Received
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.pacing import AudioClock
from flux_desktop.engine.sending.shared_timers import SharedTimers
from flux_desktop.flux.turns import TurnTracker


class _SentNothing:
    """A sender that has sent 1,000 s of audio at once, so that every window is known."""

    def __init__(self) -> None:
        self.audio_clock = AudioClock()
        self.audio_clock.sent(1000.0, 0.0, 0.0)
        self.started_s = None
        self.unplanned_s = 0.0


@cache
def _histograms() -> dict[str, Histogram]:
    """One set for all, as nobody reads them and they take a millisecond to build."""
    return {name: Histogram() for name in FIGURES}


class Messages:
    """The engine's receiving side for tests: raw messages in, `Received` events out, one receiver a connection."""

    def __init__(self) -> None:
        self._emitted: list[Event] = []
        self._context = RunContext(
            plan=RunPlan(endpoint="local", source=WavSource(path="a.wav")),
            transport=None,  # type: ignore[arg-type]  # nothing is opened
            emit=self._emitted.append,
            clock=lambda: 0.0,
            origin_s=0.0,
            histograms=_histograms(),
            timers=SharedTimers(lambda: 0.0),
            retry_budget=RetryBudget(RetryPolicy()),
        )
        self._receivers: dict[int, Receiver] = {}

    def receiver(self, conn: int) -> Receiver:
        """The connection's receiver."""
        if conn not in self._receivers:
            self._receivers[conn] = Receiver(
                conn,
                self._context,
                TurnTracker(),
                _SentNothing(),  # type: ignore[arg-type]
                TurnTiming(None, self._context.histograms),
                lambda _: None,
            )
        return self._receivers[conn]

    def received(self, t: float, conn: int, text: str, **changes: object) -> Received:
        """The event of one message; `changes` replace what the receiver has measured."""
        self.receiver(conn).take(text.encode(), t)
        event = self._emitted.pop()
        assert isinstance(event, Received)
        event.user_latency_ms = event.wire_latency_ms = None
        for name, value in changes.items():
            setattr(event, name, value)
        return event


def received(t: float, conn: int, text: str, **changes: object) -> Received:
    """The event of a connection's first message."""
    return Messages().received(t, conn, text, **changes)
