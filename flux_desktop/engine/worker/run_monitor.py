"""What a worker reports about its run in progress: snapshots, histograms, CPU time and the event loop's lag."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Collection

from flux_desktop.engine.connection.connection import Connection
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.events import Event, Histograms, Snapshot
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass, Percentiles
from flux_desktop.engine.sending.shared_timers import SharedTimers, Timer
from flux_desktop.engine.worker.long_lived import LongLived
from flux_desktop.evaluation.accuracy.word_errors import WordErrors

SNAPSHOT_S = 0.1
MANY_SNAPSHOT_S = 0.2
"""With more than `ROWS_AT_ONCE` connections, whose rows come once a second anyway."""
LAG_PROBE_S = 0.04
"""Like the times of snapshots, a multiple of the grid on which chunks are sent: the loop is not woken for it alone."""
CPU_JUDGED_FROM_S = 1.0
"""A shorter run, as when all streams are refused, has spent its time on its own start: no sign of overload."""
ROWS_AT_ONCE = 20
"""Up to this many rows go into every snapshot; beyond it each row comes once a second."""
_PERCENTILES_A_SECOND = 2
"""Word errors, which change with the end of a turn, are summed as often."""


class RunMonitor:
    """Watches the connections of one worker; `watch` runs as a task beside them."""

    def __init__(
        self,
        connections: Collection[Connection],
        histograms: dict[str, Histogram],
        emit: Callable[[Event], None],
        clock: Callable[[], float],
        timers: SharedTimers,
        origin_s: float,
        *,
        knows_words: bool,
        sharded: bool,
    ) -> None:
        """`sharded`: other workers carry the rest of the run, which needs the whole histograms to merge them."""
        self._connections = connections
        self._lag = Histogram()
        self._histograms = {**histograms, "loop_lag": self._lag}
        self._emit = emit
        self._clock = clock
        self._timers = timers
        self._origin_s = origin_s
        self._knows_words = knows_words
        self._sharded = sharded
        self._cpu_percent: float | None = None
        self._cpu_start = self._cpu_mark = (0.0, 0.0)
        self._percentiles: dict[str, Percentiles] = {}
        self._words: WordErrors | None = None
        self._long_lived = LongLived()

    def start(self) -> None:
        """Count CPU time from now on."""
        self._cpu_start = self._cpu_mark = (self._clock(), time.process_time())

    async def watch(self) -> None:
        """Report at 10 Hz, or at 5 Hz of many connections, and check them at 2 Hz, until cancelled."""
        tick = 0
        while True:
            interval_s = SNAPSHOT_S if len(self._connections) <= ROWS_AT_ONCE else MANY_SNAPSHOT_S
            await self._timers.sleep_until(_next_multiple(interval_s, self._clock()))
            tick += 1
            a_second = round(1 / interval_s)
            with_percentiles = tick % (a_second // _PERCENTILES_A_SECOND) == 0
            if with_percentiles:
                self._measure_cpu()
                for connection in self._connections:
                    connection.check()
            self._emit_snapshot(tick, with_percentiles=with_percentiles, a_second=a_second)
            if self._sharded and tick % a_second == 0:
                self._emit_histograms(final=False)

    def probe_lag(self) -> Timer:
        """Measure how late the loop wakes up, and is done with what is due, until the timer returned is cancelled.

        A stall counts for every probe that it swallowed.
        """
        loop, due_s = asyncio.get_running_loop(), _next_multiple(LAG_PROBE_S, self._clock())

        def measure(due_s: float) -> None:
            self._lag.add_expected(max(0.0, self._clock() - due_s), LAG_PROBE_S)

        def probe() -> float:
            nonlocal due_s
            loop.call_soon(measure, due_s)  # after the other calls that are due with it
            due_s = _next_multiple(LAG_PROBE_S, self._clock())
            return due_s

        return self._timers.call_at(due_s, probe)

    def finish(self) -> None:
        """Report the end: every row and the final histograms."""
        self._emit_snapshot(0, with_percentiles=True)
        self._emit_histograms(final=True)

    def _emit_snapshot(self, tick: int, *, with_percentiles: bool, a_second: int = 1) -> None:
        few = len(self._connections) <= ROWS_AT_ONCE
        rows, counted, chunks_sent, messages_received = [], Counter[str](), 0, 0
        kind: LedgerClass | ConnectionState | None = None
        for connection in self._connections:
            now_kind = connection.report.ledger or connection.state
            if now_kind is not kind:  # nearly all are in the same state
                kind, name = now_kind, now_kind.value
            counted[name] += 1
            chunks_sent += connection.chunks_sent
            messages_received += connection.messages_received
            if not connection.dirty:
                continue
            ended = connection.state is ConnectionState.ENDED
            if few or ended or tick == 0 or connection.conn % a_second == tick % a_second:
                connection.dirty = False
                rows.append(connection.row())
        if with_percentiles:
            self._long_lived.look(counted[ConnectionState.STREAMING.value])
            # Those of a part of a run are looked at only where the other parts are missing: once a second, if merged.
            if not self._sharded or tick % a_second == 0:
                self._percentiles = {name: each.percentiles() for name, each in self._histograms.items() if each.n}
            if self._knows_words:
                self._words = sum((each.words for each in self._connections), WordErrors())
        figures, none = dict(self._percentiles), Percentiles()
        self._emit(
            Snapshot(
                t=self._clock() - self._origin_s,
                ledger=counted,
                rows=rows,
                update=figures.pop("update", none),
                wire=figures.pop("wire", none),
                pacing=figures.pop("pacing", none),
                loop_lag=figures.pop("loop_lag", none),
                figures=figures,
                words=self._words,
                eager_gained_s=round(self._histograms["eager_lead"].total_s, 6),
                chunks_sent=chunks_sent,
                messages_received=messages_received,
                cpu_percent=self._cpu_percent,
            )
        )

    def _emit_histograms(self, *, final: bool) -> None:
        wall_s, cpu_s = self._clock() - self._cpu_start[0], time.process_time() - self._cpu_start[1]
        self._emit(
            Histograms(
                t=self._clock() - self._origin_s,
                encoded={name: each.encode() for name, each in self._histograms.items() if each.n},
                cpu_percent=100 * cpu_s / wall_s if wall_s >= CPU_JUDGED_FROM_S else 0.0,
                final=final,
            )
        )

    def _measure_cpu(self) -> None:
        now = (self._clock(), time.process_time())
        wall_s, cpu_s = now[0] - self._cpu_mark[0], now[1] - self._cpu_mark[1]
        self._cpu_percent = 100 * cpu_s / wall_s if wall_s > 0 else None
        self._cpu_mark = now


def _next_multiple(interval_s: float, now_s: float) -> float:
    # A wake-up may come a little early, and must not be followed by another at the same moment.
    return (math.floor(now_s / interval_s + 0.01) + 1) * interval_s
