"""The connections of one worker: opened according to the schedule, steered, and ended.

Runs on the worker's event loop. `Run.carry_out` returns when every connection has its ledger class; cancelling it
closes all streams within two seconds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping

import msgspec

from flux_desktop.aws.target import OPENING_GAP_S
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.connection import Connection
from flux_desktop.engine.connection.context import RunContext, Timeouts
from flux_desktop.engine.connection.retry_policy import RetryBudget
from flux_desktop.engine.connection.transport import Transport
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.commands import SetParameters, StartRun
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.engine.records.stages import slots
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.engine.sending.shared_timers import SharedTimers
from flux_desktop.engine.worker.run_monitor import RunMonitor

_LOG = logging.getLogger(__name__)

_OPENING = frozenset(
    {ConnectionState.WAITING, ConnectionState.CONNECTING, ConnectionState.OPENED, ConnectionState.RECONNECTING}
)
"""States in which there is nothing to drain."""


class Run:
    """A worker's part of a run. `chunks_for` gives a connection's audio of so many seconds (None: all of it).

    `words` is what is said in it; `words_of` has what connections with audio of their own say, by number.
    """

    def __init__(
        self,
        start: StartRun,
        transport: Transport,
        chunks_for: Callable[[int, float | None], ChunkSource | None],
        emit: Callable[[Event], None],
        *,
        words: SpokenWords | None = None,
        words_of: Mapping[int, SpokenWords] | None = None,
        clock: Callable[[], float] = time.monotonic,
        timeouts: Timeouts | None = None,
        timers: SharedTimers | None = None,
    ) -> None:
        plan, timeouts, shared_timers = start.plan, timeouts or Timeouts(), timers or SharedTimers(clock)
        self._plan = plan
        self._clock = clock
        self._transport = transport
        context = RunContext(
            plan=plan,
            transport=transport,
            emit=emit,
            clock=clock,
            origin_s=start.origin_s,
            histograms={name: Histogram() for name in FIGURES},
            timers=shared_timers,
            retry_budget=RetryBudget(
                timeouts.retry, share=1 / start.workers if plan.on_demand else len(start.connections) / plan.connections
            ),
            words=words,
            words_of={} if words_of is None else words_of,
            timeouts=timeouts,
        )
        self._slots = slots(plan.stages)
        self._chunks: dict[int, ChunkSource | None] = {}
        self._context = context
        self._chunks_for = chunks_for
        self._connections: dict[int, Connection] = {}
        if not plan.on_demand:
            for conn in start.connections:
                self._add(conn)
        self._demanded: asyncio.Queue[int] = asyncio.Queue()
        self._undemanded: set[int] = set()
        """Demanded, and ended before they were opened."""
        self._monitor = RunMonitor(
            self._connections.values(),
            context.histograms,
            emit,
            clock,
            shared_timers,
            start.origin_s,
            knows_words=words is not None or bool(words_of),
            sharded=start.workers > 1,
        )
        self._start_s = 0.0
        self._lives: dict[int, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()

    # ------------------------------------------------------------ steering

    def stop(self, *, drain: bool) -> None:
        """Open no more streams; drain the open ones, or close all at once."""
        self._stopping.set()
        for conn in self._lives:
            self._end(conn, drain=drain)

    def open_connections(self, numbers: Iterable[int]) -> None:
        """Open further connections of a run on demand; a number that was used before is ignored."""
        for conn in numbers:
            if conn not in self._connections:
                self._add(conn)
                self._demanded.put_nowait(conn)

    def end_connections(self, numbers: Iterable[int]) -> None:
        """End connections of a run on demand."""
        for conn in numbers:
            if conn in self._lives:
                self._end(conn, drain=True)
            elif conn in self._connections:
                self._undemanded.add(conn)
                self._connections[conn].abandon(problems.stopped())

    def set_parameters(self, command: SetParameters) -> None:
        """Give some connections (None: all) the wanted parameters, whatever state they are in."""
        for connection in self._selected(command.connections):
            connection.set_parameters(command.options, command.revision, new_stream=command.new_stream)

    def control(self, text: str, connections: list[int] | None) -> None:
        """Send a control message on some connections (None: all) that are streaming."""
        for connection in self._selected(connections):
            connection.control(text)

    def push(self, chunk: bytes, captured_s: float) -> None:
        """One frame of the microphone for every connection."""
        for connection in self._connections.values():
            connection.push(chunk, captured_s)

    def device_lost(self, *, go_on: bool) -> None:
        """The microphone is lost: continue with silence, or end."""
        for connection in self._connections.values():
            connection.device_lost(go_on=go_on)

    def _selected(self, connections: list[int] | None) -> list[Connection]:
        numbers = self._connections if connections is None else connections
        return [self._connections[conn] for conn in numbers if conn in self._connections]

    # ------------------------------------------------------------ carrying out

    async def carry_out(self, start_s: float | None = None) -> None:
        """From the first opening to the last end.

        Ramps and batches count from `start_s` (monotonic clock), which all workers of a run share; None is now.
        """
        self._start_s = self._clock() if start_s is None else start_s
        self._monitor.start()
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._monitor.watch(), name="snapshots")
            probing = self._monitor.probe_lag()
            try:
                async with asyncio.TaskGroup() as lives:
                    await self._open_all(lives)
            finally:
                watching.cancel()
                probing.cancel()
                for connection in self._connections.values():
                    connection.abandon(problems.stopped())
                await self._transport.close()
        self._monitor.finish()

    async def _open_all(self, group: asyncio.TaskGroup) -> None:
        gate = asyncio.Semaphore(self._plan.opening_max)
        held = asyncio.Semaphore(self._plan.held_max) if self._plan.held_max else None
        for conn in [] if self._plan.on_demand else list(self._connections):
            if held is not None and not await self._acquire(held):
                return
            if not await self._opening_time(conn) or not await self._open(conn, gate, group, held):
                return
        while self._plan.on_demand and (demanded := await self._next_demanded()) is not None:
            if demanded not in self._undemanded and not await self._open(demanded, gate, group):
                return

    async def _open(
        self, conn: int, gate: asyncio.Semaphore, group: asyncio.TaskGroup, held: asyncio.Semaphore | None = None
    ) -> bool:
        """Open one connection when there is a place for it; False when stopping. `held` is released at its end."""
        if not await self._acquire(gate):
            return False
        connection, chunks = self._connections[conn], self._chunks[conn]
        connection.on_past_opening = gate.release
        try:
            if chunks is not None:
                chunks.begin()
        except ProblemError as error:
            gate.release()
            connection.abandon(error.problem)
            if held is not None:
                held.release()
            return True
        self._lives[conn] = group.create_task(self._live(connection), name=f"connection {conn}")
        self._lives[conn].add_done_callback(lambda _: self._let_go(conn, held))
        await asyncio.sleep(OPENING_GAP_S)
        return True

    def _let_go(self, conn: int, held: asyncio.Semaphore | None) -> None:
        """A connection has ended: its audio is not needed any more, and its place is free."""
        if (chunks := self._chunks.pop(conn)) is not None:
            chunks.end()
        if held is not None:
            held.release()

    async def _next_demanded(self) -> int | None:
        """The next connection to open in a run on demand; None when stopping."""
        demanded = asyncio.ensure_future(self._demanded.get())
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({demanded, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return demanded.result() if demanded.done() and not stopped.done() else None
        finally:
            demanded.cancel()
            stopped.cancel()

    async def _live(self, connection: Connection) -> None:
        """Boundary: a bug on one connection is reported as that connection's failure, and the others continue."""
        try:
            await connection.run()
        except Exception:
            _LOG.exception("connection %d", connection.conn)
            connection.abandon(problems.internal_error(connection.conn))

    def _add(self, conn: int) -> None:
        duration_s = self._duration_s(conn)
        self._chunks[conn] = chunks = self._chunks_for(conn, duration_s)
        context = self._context
        if self._plan.variants:
            plan = msgspec.structs.replace(self._plan, options=self._plan.options_for(conn))
            context = msgspec.structs.replace(context, plan=plan)
        self._connections[conn] = Connection(conn, context, chunks, duration_s)

    def _end(self, conn: int, *, drain: bool) -> None:
        connection = self._connections[conn]
        if not drain or connection.state in _OPENING:
            self._lives[conn].cancel()
        else:
            connection.request_stop()

    def _duration_s(self, conn: int) -> float | None:
        return self._slots[conn - 1].duration_s if self._slots else self._plan.duration_s

    def _opens_after_s(self, conn: int) -> float:
        """Seconds after the run's start at which a connection opens: its stage, or its batch."""
        if self._slots:
            return self._slots[conn - 1].start_s
        size = self._plan.batch_size
        return (conn - 1) // size * self._plan.batch_delay_s if size else 0.0

    async def _opening_time(self, conn: int) -> bool:
        """Wait until the connection is to open; False when stopping."""
        wait_s = self._start_s + self._opens_after_s(conn) - self._clock()
        if wait_s > 0:
            return not await self._stopped_within(wait_s)
        return not self._stopping.is_set()

    async def _acquire(self, gate: asyncio.Semaphore) -> bool:
        """Wait for a free place among the streams being opened; False when stopping."""
        while gate.locked():
            if await self._stopped_within(0.02):
                return False
        await gate.acquire()
        return True

    async def _stopped_within(self, wait_s: float) -> bool:
        try:
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True
