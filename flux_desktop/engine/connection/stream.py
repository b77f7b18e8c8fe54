"""One stream of a connection, from its opening to its end. A connection has several, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.aws.target import StreamEnd
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.query import query_string


class StreamFailedError(Exception):
    """A stream did not reach Connected; `ledger` and `problem` say how it ended."""

    def __init__(self, ledger: LedgerClass, problem: Problem) -> None:
        super().__init__(problem.sentence())
        self.ledger = ledger
        self.problem = problem


class Stream:
    """The life of one stream (a `StreamListener`).

    `on_message` gets every whole message, `on_over` is called when nothing more is to be expected. `audio_offset_s` and
    `turn_offset` are what the connection's earlier streams have used: a stream's own audio clock and turns begin at 0.
    """

    def __init__(
        self,
        context: RunContext,
        on_message: Callable[[Stream, bytes, float], None],
        on_over: Callable[[], None],
    ) -> None:
        self.open_stream: OpenStream | None = None
        self.end: StreamEnd | None = None
        self.fatal: Problem | None = None
        self.accepted_s = 0.0
        """When the service accepted it, on the monotonic clock: its age counts from here."""
        self.close_duration_s: float | None = None
        """From CloseStream to the end of the stream."""
        self.audio_offset_s = 0.0
        self.turn_offset = 0
        self._context = context
        self._on_message = on_message
        self._on_over = on_over
        self._is_connected = self._has_answered = False
        self._changed = asyncio.Event()

    # ------------------------------------------------------------ life

    async def open(self, options: FluxOptions, on_accepted: Callable[[], None]) -> OpenStream:
        """Open the stream and wait for Connected; `on_accepted` is called in between.

        Raises `StreamFailedError`.
        """
        context, timeouts = self._context, self._context.timeouts
        opening_s, query = context.clock(), query_string(options)
        try:
            stream = self.open_stream = await context.transport.open(query, self)
        except ProblemError as error:
            raise StreamFailedError(LedgerClass.CONNECT_FAILED, error.problem) from error
        self.accepted_s = context.clock()
        on_accepted()
        # Slow headers leave less time for Connected: the whole opening has one limit.
        limit_s = min(timeouts.connected_s, max(0.0, timeouts.retry.opening_s - (self.accepted_s - opening_s)))
        await wait_until(self._changed, lambda: self._is_connected or self.is_over, limit_s)
        if not self._is_connected:
            silent = problems.never_connected(limit_s, has_answered=self._has_answered)
            raise StreamFailedError(LedgerClass.NEVER_CONNECTED, self.problem or silent)
        context.connected_queries.add(query)
        if stream.timings.tcp_tls_s is not None:
            context.histograms["connect"].add(stream.timings.tcp_tls_s)
        context.histograms["headers"].add(stream.timings.headers_s)
        context.histograms["connected"].add(context.clock() - self.accepted_s)
        return stream

    async def finish(self, send_close: Callable[[], None], was_late: Callable[[float], bool]) -> Problem | None:
        """Ask for the end with `send_close`, read until it comes, end the input; returns what went wrong.

        `was_late`: whether this machine sent the newest audio of so many seconds late.
        """
        assert self.open_stream is not None
        context = self._context
        closing_s = context.clock()
        send_close()
        await wait_until(self._changed, lambda: self.end is not None, context.timeouts.drain_s)
        if self.end is None:
            unsent_s = self.open_stream.oldest_unsent_s  # CloseStream itself may be waiting behind audio
            drain_s = context.timeouts.drain_s
            stuck = problems.backlog(unsent_s) if unsent_s else problems.not_closed(drain_s)
            return self.fatal or problems.or_own_lateness(stuck, was_late=was_late(unsent_s or drain_s))
        self.close_duration_s = self.end.at_s - closing_s
        context.histograms["close"].add(self.close_duration_s)
        self.open_stream.end_input()
        if self.fatal is not None or not self.end.orderly:
            return self.problem or problems.ended_early()
        return None

    async def close(self) -> None:
        """Drop the stream, within two seconds; idempotent."""
        if self.open_stream is not None:
            await self.open_stream.close()

    # ------------------------------------------------------------ state

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be expected of it."""
        return self.fatal is not None or self.end is not None

    @property
    def problem(self) -> Problem | None:
        """Why it is over, where a reason is known."""
        return self.fatal or (self.end.problem if self.end else None)

    def connected(self) -> None:
        """Flux has sent Connected."""
        self._is_connected = True
        self._changed.set()

    def fail(self, problem: Problem) -> None:
        """The stream is of no further use; the first reason counts."""
        self.fatal = self.fatal or problem
        self._changed.set()
        self._on_over()

    # ------------------------------------------------------------ StreamListener

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        """One whole message of the server."""
        self._has_answered = True
        self._on_message(self, payload, received_s)

    def on_end(self, end: StreamEnd) -> None:
        """The stream has ended."""
        self.end = end
        self._changed.set()
        self._on_over()


async def wait_until(changed: asyncio.Event, condition: Callable[[], bool], timeout_s: float | None) -> None:
    """Wait for a condition that can become true only when `changed` is set; returns after `timeout_s` at the latest."""
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        return
