"""The streams of a run on demand that are held open: brought to a number, those that grow too old replaced first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.experiments.capacity_plan import STREAM_MAX_S
from flux_desktop.experiments.load_observer import LoadObserver

OPENING_MAX_S = 30.0


class Wait(Protocol):
    """Waits in a phase for a condition, `longest_s` at most; the phase may last `then_s` longer, by further waits."""

    def __call__(
        self, phase: str, longest_s: float, until: Callable[[], bool] | None = None, then_s: float = 0.0
    ) -> Awaitable[float]: ...


class HeldStreams:
    """Opens and ends connections of `supervisor`; no number is used twice. `now_s` is the run's clock."""

    def __init__(self, supervisor: Supervisor, observer: LoadObserver, now_s: Callable[[], float], wait: Wait) -> None:
        self._supervisor, self._observer, self._now_s, self._wait = supervisor, observer, now_s, wait
        self._next_conn = 1

    async def hold(self, streams: int, *, renew_before_s: float) -> None:
        """Bring the number of open streams to `streams`; returns when all of them are open or refused.

        Streams that would become too old within `renew_before_s` are replaced now, so that no rung has a rotation.
        """
        observer, now_s = self._observer, self._now_s()
        old = [c for c, began_s in observer.opened_at_s.items() if now_s + renew_before_s - began_s > STREAM_MAX_S]
        remaining_conns = [conn for conn in observer.opened_at_s if conn not in old]
        surplus = [*old, *remaining_conns[streams:]]
        if surplus:
            self._supervisor.end_connections(surplus)
            await self._wait("closing", OPENING_MAX_S, until=lambda: set(surplus) <= observer.ended)
        lacking = streams - len(observer.opened_at_s)
        if lacking > 0:
            numbers = range(self._next_conn, self._next_conn + lacking)
            self._next_conn += lacking
            self._supervisor.open_connections(numbers)
            await self._wait(
                "opening",
                OPENING_MAX_S + 0.05 * lacking,
                until=lambda: all(conn in observer.opened_at_s or conn in observer.ended for conn in numbers),
            )
