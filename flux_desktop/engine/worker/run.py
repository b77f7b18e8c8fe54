"""The streams of one worker: opened in turn, looked after, told of.

Runs on the worker's event loop. `Run.carry_out` returns when every stream is in its class; cancelling it closes
all streams within two seconds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable

from flux_desktop.aws.stream.opener import Credentials, StreamOpener, StreamTarget, StreamTimeouts
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.connection import Connection
from flux_desktop.engine.connection.context import RunContext, Timeouts
from flux_desktop.engine.connection.retry_policy import RetryBudget
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import Event, Histograms, Snapshot
from flux_desktop.engine.records.facts import ConnectionState, Percentiles
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.engine.records.stages import slots
from flux_desktop.engine.records.word_errors import WordErrors
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.flux.messages import Configure
from flux_desktop.flux.options import FluxOptions

_LOG = logging.getLogger(__name__)

SNAPSHOT_S = 0.1
LAG_PROBE_S = 0.05
CPU_JUDGED_FROM_S = 1.0
"""A run that ends sooner, as when all streams are refused, has spent its time on its own start: no sign of overload."""
OPENING_GAP_S = 0.0097
"""Between two opens: each takes 2.5 ms of the loop, and many in a row held up the streams that were already sending
(500 streams: 97 ms). No divisor of the chunk length, so that streams do not fall into step."""
ROWS_AT_ONCE = 20
"""Up to this many rows go into every snapshot; beyond it each row comes once a second."""
_PERCENTILES_EVERY = 5
_HISTOGRAMS_EVERY = 10
_OPENING = frozenset(
    {ConnectionState.WAITING, ConnectionState.CONNECTING, ConnectionState.OPENED, ConnectionState.RECONNECTING}
)
"""States in which there is nothing to drain."""


class Run:
    """`feed_for` makes one stream's audio of so many seconds (None: all of it); `emit` takes events."""

    def __init__(
        self,
        start: StartRun,
        feed_for: Callable[[float | None], ChunkSource | None],
        emit: Callable[[Event], None],
        *,
        words: SpokenWords | None = None,
        clock: Callable[[], float] = time.monotonic,
        limits: Timeouts | None = None,
        stream_limits: StreamTimeouts | None = None,
    ) -> None:
        plan, limits = start.plan, limits or Timeouts()
        self._plan = plan
        self._emit = emit
        self._clock = clock
        self._origin_s = start.origin_s
        self._sharded = len(start.connections) < plan.connections
        self._lag = Histogram()
        self._cpu_percent: float | None = None
        self._cpu_mark = (0.0, 0.0)
        self._cpu_start = (0.0, 0.0)
        self._start_s = 0.0
        self._opener = StreamOpener(
            StreamTarget(
                endpoint_name=plan.endpoint,
                region=plan.region,
                endpoint_url=plan.endpoint_url,
                ca_file=plan.ca_file,
                target_variant=plan.target_variant,
            ),
            stream_limits,
        )
        self._context = RunContext(
            plan=plan,
            credentials=start.credentials,
            opener=self._opener,
            emit=emit,
            clock=clock,
            origin_s=start.origin_s,
            histograms={name: Histogram() for name in FIGURES},
            retry_budget=RetryBudget(limits.reconnect, share=len(start.connections) / plan.connections),
            words=words,
            limits=limits,
        )
        self._slots = slots(plan.stages)
        self._connections = {
            conn: Connection(conn, self._context, feed_for(self._duration_s(conn)), self._duration_s(conn))
            for conn in start.connections
        }
        self._lives: dict[int, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._last: dict[str, Percentiles] = {}

    # ------------------------------------------------------------ steering

    def stop(self, *, drain: bool) -> None:
        """Open no more streams; drain the open ones, or close all at once."""
        self._stopping.set()
        for conn, life in self._lives.items():
            connection = self._connections[conn]
            if not drain or connection.state in _OPENING:
                life.cancel()
            else:
                connection.request_stop()

    def configure(self, message: Configure, connections: list[int] | None) -> None:
        """Change parameters on some streams (None: all) while they stream."""
        for connection in self._chosen(connections):
            connection.configure(message)

    def reconnect(self, options: FluxOptions, connections: list[int] | None) -> None:
        """Change some streams (None: all) over to new ones with these parameters."""
        for connection in self._chosen(connections):
            connection.reconnect(options)

    def renew(self, credentials: Credentials) -> None:
        """Open streams with these keys from now on; those that stand keep theirs."""
        self._context.credentials = credentials

    def control(self, text: str, connections: list[int] | None) -> None:
        """Send a control message on some streams (None: all) while they stream."""
        for connection in self._chosen(connections):
            connection.control(text)

    def push(self, chunk: bytes, captured_s: float) -> None:
        """One frame of the microphone for every stream."""
        for connection in self._connections.values():
            connection.push(chunk, captured_s)

    def device_lost(self, *, go_on: bool) -> None:
        """The microphone is gone: go on with silence, or end."""
        for connection in self._connections.values():
            connection.device_lost(go_on=go_on)

    def _chosen(self, connections: list[int] | None) -> list[Connection]:
        wanted = self._connections if connections is None else connections
        return [self._connections[conn] for conn in wanted if conn in self._connections]

    # ------------------------------------------------------------ carrying out

    async def carry_out(self, start_s: float | None = None) -> None:
        """From the first stream's opening to the last one's end.

        Ramps and batches count from `start_s` (monotonic clock), which all workers of a run share; None is now.
        """
        self._start_s = self._clock() if start_s is None else start_s
        self._cpu_start = self._cpu_mark = (self._clock(), time.process_time())
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch(), name="snapshots")
            probing = group.create_task(self._probe_lag(), name="loop lag")
            try:
                async with asyncio.TaskGroup() as streams:
                    await self._open_all(streams)
            finally:
                watching.cancel()
                probing.cancel()
                for connection in self._connections.values():
                    connection.abandon(problems.stopped())
                await self._opener.close()
        self._tell(0, percentiles=True)
        self._emit(self._histograms(final=True))

    async def _open_all(self, group: asyncio.TaskGroup) -> None:
        gate = asyncio.Semaphore(self._plan.opening_max)
        for conn, connection in self._connections.items():
            if not await self._its_turn(conn) or not await self._gate_open(gate):
                return
            connection.on_past_opening = gate.release
            self._lives[conn] = group.create_task(self._live(connection), name=f"stream {conn}")
            await asyncio.sleep(OPENING_GAP_S)

    async def _live(self, connection: Connection) -> None:
        """Border: a bug in one stream is told as that stream's failure, and the others go on."""
        try:
            await connection.run()
        except Exception:
            _LOG.exception("stream %d", connection.conn)
            connection.abandon(problems.bug())

    def _duration_s(self, conn: int) -> float | None:
        return self._slots[conn - 1].duration_s if self._slots else self._plan.duration_s

    def _opens_after_s(self, conn: int) -> float:
        """Seconds after the run's start at which a stream opens: its stage, or the batch that it is in."""
        if self._slots:
            return self._slots[conn - 1].start_s
        size = self._plan.batch_size
        return (conn - 1) // size * self._plan.batch_delay_s if size else 0.0

    async def _its_turn(self, conn: int) -> bool:
        """Wait until the stream is to open, by the clock that all workers share; False when stopping."""
        wait_s = self._start_s + self._opens_after_s(conn) - self._clock()
        if wait_s > 0:
            return not await self._stopped_within(wait_s)
        return not self._stopping.is_set()

    async def _gate_open(self, gate: asyncio.Semaphore) -> bool:
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

    # ------------------------------------------------------------ telling

    async def _watch(self) -> None:
        tick = 0
        while True:
            await asyncio.sleep(SNAPSHOT_S)
            tick += 1
            if tick % _PERCENTILES_EVERY == 0:
                self._measure_cpu()
                for connection in self._connections.values():
                    connection.check()
            self._tell(tick, percentiles=tick % _PERCENTILES_EVERY == 0)
            if self._sharded and tick % _HISTOGRAMS_EVERY == 0:
                self._emit(self._histograms(final=False))

    def _tell(self, tick: int, *, percentiles: bool) -> None:
        few = len(self._connections) <= ROWS_AT_ONCE
        rows = []
        for connection in self._connections.values():
            ended = connection.state is ConnectionState.ENDED
            if connection.dirty and (few or ended or tick == 0 or connection.conn % 10 == tick % 10):
                connection.dirty = False
                rows.append(connection.row())
        context = self._context
        if percentiles:
            measured = {**context.histograms, "loop_lag": self._lag}
            self._last = {name: each.percentiles() for name, each in measured.items() if each.n}
        last, none = dict(self._last), Percentiles()
        self._emit(
            Snapshot(
                t=self._clock() - self._origin_s,
                ledger=self._count(),
                rows=rows,
                update=last.pop("update", none),
                wire=last.pop("wire", none),
                pacing=last.pop("pacing", none),
                loop_lag=last.pop("loop_lag", none),
                figures=last,
                words=self._words_so_far() if context.words else None,
                chunks_sent=sum(connection.chunks_sent for connection in self._connections.values()),
                messages_received=sum(connection.messages_received for connection in self._connections.values()),
                cpu_percent=self._cpu_percent,
            )
        )

    def _words_so_far(self) -> WordErrors:
        return sum((connection.words for connection in self._connections.values()), WordErrors())

    def _count(self) -> dict[str, int]:
        return Counter(
            (connection.figures.ledger or connection.state).value for connection in self._connections.values()
        )

    def _histograms(self, *, final: bool) -> Histograms:
        measured = {**self._context.histograms, "loop_lag": self._lag}
        wall_s, cpu_s = self._clock() - self._cpu_start[0], time.process_time() - self._cpu_start[1]
        return Histograms(
            t=self._clock() - self._origin_s,
            encoded={name: each.encode() for name, each in measured.items() if each.n},
            cpu_percent=100 * cpu_s / wall_s if wall_s >= CPU_JUDGED_FROM_S else 0.0,
            final=final,
        )

    def _measure_cpu(self) -> None:
        now = (self._clock(), time.process_time())
        wall_s, cpu_s = now[0] - self._cpu_mark[0], now[1] - self._cpu_mark[1]
        self._cpu_percent = 100 * cpu_s / wall_s if wall_s > 0 else None
        self._cpu_mark = now

    async def _probe_lag(self) -> None:
        """How late the loop wakes up; a standstill also counts for the probes that it swallowed."""
        while True:
            due_s = self._clock() + LAG_PROBE_S
            await asyncio.sleep(LAG_PROBE_S)
            self._lag.add_expected(max(0.0, self._clock() - due_s), LAG_PROBE_S)
