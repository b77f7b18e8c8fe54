"""What a worker reports at 10 Hz: rows that changed, the ledger, percentiles, histograms, and the loop's lag."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.events import Event, Histograms, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, LedgerClass
from flux_desktop.engine.sending.shared_timers import SharedTimers
from flux_desktop.engine.worker.run_monitor import ROWS_AT_ONCE, RunMonitor
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from tests.stepped_loop import now_s, run


def connection(conn: int, ledger: LedgerClass | None = None) -> SimpleNamespace:
    state = ConnectionState.STREAMING if ledger is None else ConnectionState.ENDED
    checks: list[None] = []
    return SimpleNamespace(
        conn=conn,
        state=state,
        dirty=True,
        report=SimpleNamespace(ledger=ledger),
        words=WordErrors(n=10, deletions=conn),
        chunks_sent=5,
        messages_received=2,
        checks=checks,
        check=lambda: checks.append(None),
        row=lambda: ConnectionRow(conn=conn, state=state),
    )


class Watched:
    """A monitor over made-up connections, run for some seconds on a stepped clock."""

    def __init__(self, *connections: SimpleNamespace, sharded: bool = False) -> None:
        self.events: list[Event] = []
        self.histograms = {"update": Histogram(), "eager_lead": Histogram()}
        self.monitor = RunMonitor(
            connections,  # type: ignore[arg-type]
            self.histograms,
            self.events.append,
            now_s,
            SharedTimers(now_s),
            now_s(),
            knows_words=True,
            sharded=sharded,
        )

    async def watch(self, for_s: float) -> None:
        self.monitor.start()
        watching, probing = asyncio.create_task(self.monitor.watch()), self.monitor.probe_lag()
        await asyncio.sleep(for_s)
        watching.cancel()
        probing.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    def of[T](self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]


def test_a_row_is_reported_when_it_has_changed_and_not_again() -> None:
    async def live() -> None:
        one, two = connection(1), connection(2, LedgerClass.COMPLETED)
        watched = Watched(one, two)
        await watched.watch(1.05)
        snapshots = watched.of(Snapshot)
        assert len(snapshots) == 10
        assert [row.conn for snapshot in snapshots for row in snapshot.rows] == [1, 2]
        assert snapshots[-1].ledger == {"streaming": 1, "completed": 1}
        assert (snapshots[-1].chunks_sent, snapshots[-1].messages_received) == (10, 4)
        assert snapshots[-1].words == WordErrors(n=20, deletions=3)
        assert len(one.checks) == 2, "twice a second"

    run(live())


def test_many_rows_come_once_a_second_each() -> None:
    async def live() -> None:
        many = [connection(conn) for conn in range(1, ROWS_AT_ONCE + 2)]
        watched = Watched(*many)
        await watched.watch(1.05)
        counts = [len(snapshot.rows) for snapshot in watched.of(Snapshot)]
        assert sum(counts) == len(many)
        assert max(counts) <= 5

    run(live())


def test_percentiles_are_those_of_the_histograms() -> None:
    async def live() -> None:
        watched = Watched(connection(1))
        watched.histograms["update"].add(0.25)
        for lead_s in (0.4, 0.35):
            watched.histograms["eager_lead"].add(lead_s)
        await watched.watch(0.65)
        newest = watched.of(Snapshot)[-1]
        assert newest.eager_gained_s == 0.75
        assert newest.update.n == 1
        assert newest.update.p50_ms is not None
        assert abs(newest.update.p50_ms - 250) < 1
        assert newest.loop_lag.n > 0
        assert newest.loop_lag.max_ms is not None
        assert newest.loop_lag.max_ms < 1

    run(live())


def test_whole_histograms_are_sent_only_where_they_have_to_be_merged_and_at_the_end() -> None:
    async def live(*, sharded: bool) -> list[bool]:
        watched = Watched(connection(1), sharded=sharded)
        watched.histograms["update"].add(0.25)
        await watched.watch(2.05)
        watched.monitor.finish()
        assert set(watched.of(Histograms)[-1].encoded) == {"update", "loop_lag"}
        return [event.final for event in watched.of(Histograms)]

    assert run(live(sharded=False)) == [True]
    assert run(live(sharded=True)) == [False, False, True]


def test_a_run_that_is_refused_at_once_is_not_taken_for_an_overloaded_machine() -> None:
    """Its processor time is that of the start; a longer run's is counted."""

    async def live(for_s: float) -> float:
        watched = Watched(connection(1))
        await watched.watch(for_s)
        watched.monitor.finish()
        return watched.of(Histograms)[-1].cpu_percent

    assert run(live(0.9)) == 0.0
    assert run(live(1.1)) > 0.0


def test_a_stall_of_the_loop_counts_for_every_probe_that_it_swallowed() -> None:
    async def live() -> None:
        watched = Watched(connection(1))
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, lambda: setattr(loop._stepping, "now_s", loop._stepping.now_s + 1.0))  # type: ignore[attr-defined]
        await watched.watch(2.0)
        lag = watched.of(Snapshot)[-1].loop_lag
        assert lag.max_ms is not None
        assert lag.max_ms > 900
        assert lag.n > 30

    run(live())
