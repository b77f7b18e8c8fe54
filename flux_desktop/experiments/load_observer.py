"""What a run on demand shows while it is loaded step by step: open connections, lost ones, and their latencies.

Plain state over the run's events; no clock of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from flux_desktop.base.problem import Problem
from flux_desktop.engine.measuring.histogram import of_values
from flux_desktop.engine.measuring.run_totals import AUDIO_SILENCED, ENDS_WITHOUT_WORKER
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    GeneratorsSeen,
    Notice,
    Received,
    RunEnded,
    Snapshot,
)
from flux_desktop.engine.records.facts import ConnectionState, GeneratorRow, LedgerClass, Percentiles
from flux_desktop.evaluation.capacity.rung import NOMINAL_STEP_S, RungSamples, slope_lower_bound

_NOT_SERVED = frozenset({LedgerClass.CONNECT_FAILED, LedgerClass.NEVER_CONNECTED})
_GOOD_ENDS = frozenset({LedgerClass.COMPLETED, LedgerClass.NO_TRANSCRIPT, LedgerClass.NOT_STARTED})
SILENT_S = 5.0
"""Flux sends an Update for every quarter of a second of audio: a stream that says nothing for so long is not served."""


class LoadObserver:
    """Takes every event of the run, in order. Latencies are those since `mark`."""

    def __init__(self) -> None:
        self.opened_at_s: dict[int, float] = {}
        """Connections that are streaming, with the time at which they began."""
        self.refused: dict[int, str] = {}
        """Connections that were refused or never Connected, with the reason."""
        self.lost: dict[int, str] = {}
        """Connections that failed in mid-stream, with the reason."""
        self.sender_fault = ""
        """Why a part of what sends is gone, an engine process or a generator: that says nothing about the endpoint."""
        self.ended: set[int] = set()
        self.reopened = 0
        """Streams that replaced another one of their connection."""
        self.run_ended: RunEnded | None = None
        self._heard_s: dict[int, float] = {}
        """By connection: when its last message came."""
        self._newest_s = 0.0
        self._updates: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
        """By connection: time, user latency and wire latency in ms of each Update."""
        self._deliveries: dict[int, list[float]] = defaultdict(list)
        self._cpu_percent: list[float] = []
        self._lag_max_ms = self._lag_max_before_ms = 0.0
        self.unheard_s: dict[str, float] = {}
        """By generator of a cluster: the longest time without its answer since `mark`."""
        self._unheard_in_run_s: dict[str, float] = {}
        self.unreported_s = 0.0
        """The longest time without a report of one engine process of several since `mark`."""
        self._stream_s = 0.0

    def take(self, event: Event) -> None:
        """Take one event."""
        self._newest_s = max(self._newest_s, getattr(event, "t", 0.0))
        if isinstance(event, Received):
            self._heard_s[event.conn] = event.t
        match event:
            case Received(type="TurnInfo", user_latency_ms=user_ms, wire_latency_ms=wire_ms):
                if user_ms is not None and wire_ms is not None:
                    self._latency(event, user_ms, wire_ms)
            case ConnectionChanged(state=ConnectionState.STREAMING):
                self.reopened += event.conn in self.opened_at_s
                self.opened_at_s.setdefault(event.conn, event.t)
            case ConnectionEnded():
                self._end(event)
            case Snapshot():
                if event.cpu_percent is not None:
                    self._cpu_percent.append(event.cpu_percent)
                self._lag_max_ms = event.loop_lag.max_ms or 0.0
                self.unreported_s = max(self.unreported_s, event.unheard_s)
            case GeneratorsSeen(rows=rows):
                self._generators(rows)
            case Notice(problem=Problem(code=code, what=what)) if code == AUDIO_SILENCED:
                self.sender_fault = what.rstrip(".")
            case RunEnded():
                self.run_ended = event
            case _:
                pass

    def mark(self) -> None:
        """Begin a measurement: forget the latencies so far."""
        self._updates.clear()
        self._deliveries.clear()
        self._cpu_percent.clear()
        self._lag_max_before_ms = self._lag_max_ms
        self.unheard_s.clear()
        self.unreported_s = 0.0

    def samples(self) -> RungSamples:
        """The latencies since `mark`, by figure and connection, and the signs of saturation."""
        updates = {conn: np.array(values) for conn, values in self._updates.items()}
        together = np.concatenate(list(updates.values())) if updates else np.empty((0, 3))
        return RungSamples(
            values={
                "update": [values[:, 1] for values in updates.values()],
                "wire": [values[:, 2] for values in updates.values()],
                "end_delivery": [np.array(values) for values in self._deliveries.values()],
            },
            slope=slope_lower_bound(together[:, 0], together[:, 2]),
            long_steps=_long_steps(updates.values()),
        )

    def silent(self) -> int:
        """Open streams that have said nothing for `SILENT_S` of the run's own clock."""
        return sum(
            self._newest_s - max(began_s, self._heard_s.get(conn, 0.0)) > SILENT_S
            for conn, began_s in self.opened_at_s.items()
        )

    def own_lateness(self) -> Percentiles:
        """How late this machine sent the audio of the Updates since `mark`."""
        return of_values(user_ms - wire_ms for values in self._updates.values() for _, user_ms, wire_ms in values)

    def cpu_percent(self) -> float | None:
        """CPU use of the busiest worker since `mark`, averaged over the snapshots."""
        return sum(self._cpu_percent) / len(self._cpu_percent) if self._cpu_percent else None

    def stall(self) -> Percentiles:
        """The engine's longest standstill since `mark`, if it was longer than any before."""
        return (
            Percentiles(n=1, max_ms=self._lag_max_ms) if self._lag_max_ms > self._lag_max_before_ms else Percentiles()
        )

    def stream_minutes(self, now_s: float) -> float:
        """Minutes of all streams so far, open ones included."""
        return (self._stream_s + sum(now_s - began_s for began_s in self.opened_at_s.values())) / 60

    def _generators(self, rows: Sequence[GeneratorRow]) -> None:
        for row in rows:
            in_run_s = row.heard_at_most_s_ago
            # Rows come twice a second: a silence between two of them shows only where it is the longest of the run.
            seen_s = in_run_s if in_run_s > self._unheard_in_run_s.get(row.name, 0.0) else row.heard_s_ago
            self._unheard_in_run_s[row.name] = in_run_s
            self.unheard_s[row.name] = max(self.unheard_s.get(row.name, 0.0), seen_s)

    def _latency(self, event: Received, user_ms: float, wire_ms: float) -> None:
        if event.turn_event == "Update":
            self._updates[event.conn].append((event.t, user_ms, wire_ms))
        elif event.turn_event == "EndOfTurn":
            self._deliveries[event.conn].append(user_ms)

    def _end(self, event: ConnectionEnded) -> None:
        conn, ledger = event.summary.conn, event.summary.ledger
        self.ended.add(conn)
        began_s = self.opened_at_s.pop(conn, None)
        self._stream_s += event.t - began_s if began_s is not None else 0.0
        reason = event.summary.problem.what if event.summary.problem else ""
        if event.summary.problem is not None and event.summary.problem.code in ENDS_WITHOUT_WORKER:
            self.sender_fault = reason.rstrip(".")
        if ledger in _NOT_SERVED:
            self.refused[conn] = reason
        elif ledger not in _GOOD_ENDS:
            self.lost[conn] = reason


def _long_steps(by_connection: object) -> float:
    """Share of Updates that came with at least twice the usual audio since the one before."""
    steps = long = 0
    for values in by_connection:  # type: ignore[attr-defined]
        audio_s = values[:, 0] - values[:, 1] / 1000
        gaps = np.diff(audio_s)
        steps += len(gaps)
        long += int((gaps >= 2 * NOMINAL_STEP_S - 0.01).sum())
    return long / steps if steps else 0.0
