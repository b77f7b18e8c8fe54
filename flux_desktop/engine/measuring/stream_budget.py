"""Stream-minutes of a run, counted from its snapshots, against a budget."""

from __future__ import annotations

from flux_desktop.engine.records.events import Event, RunStarted, Snapshot
from flux_desktop.engine.records.facts import ConnectionState

_OPEN = (ConnectionState.OPENED, ConnectionState.STREAMING, ConnectionState.DRAINING)


class StreamBudget:
    """Counts open streams over time. Several runs after one another share it: each begins its own clock."""

    def __init__(self, limit_stream_minutes: float) -> None:
        self.limit = limit_stream_minutes
        self.used = 0.0
        self._last_t = 0.0
        self._open = 0

    def is_used_up(self, event: Event) -> bool:
        """Take an event; whether the budget is used up."""
        if isinstance(event, RunStarted):
            self._last_t, self._open = event.t, 0
        elif isinstance(event, Snapshot):
            self.used += self._open * max(0.0, event.t - self._last_t) / 60
            self._last_t = max(self._last_t, event.t)  # those of several machines come in no strict order
            self._open = sum(event.ledger.get(state.value, 0) for state in _OPEN)
        return self.used >= self.limit
