"""One bidirectional stream of a connection. A connection that outlives SageMaker's limit has several, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.aws.stream.opener import SageMakerStream, StreamEnd
from flux_desktop.base.event import LeanEvent
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.query import query_string


class StreamFailedError(Exception):
    """A leg could not be brought to Connected; `ledger` and `problem` say how it ended."""

    def __init__(self, ledger: LedgerClass, problem: Problem) -> None:
        super().__init__(problem.sentence())
        self.ledger = ledger
        self.problem = problem


class Leg:
    """One stream, from its opening to its end; listens to it for its owner.

    `on_message` is told every whole message, `on_end` that the stream is over. `audio_offset_s` and `turn_offset`
    are what the legs before it have used up: its own clock and its own turns begin at 0.
    """

    def __init__(
        self,
        context: RunContext,
        on_message: Callable[[Leg, bytes, float], None],
        on_end: Callable[[], None],
    ) -> None:
        self.stream: SageMakerStream | None = None
        self.end: StreamEnd | None = None
        self.fatal: Problem | None = None
        self.opened_s = 0.0
        """When it was accepted, on the monotonic clock: its time is limited from here on."""
        self.connected_after_s: float | None = None
        """From the start of its opening to Connected."""
        self.close_after_s: float | None = None
        """From CloseStream to the end of the stream."""
        self.audio_offset_s = 0.0
        self.turn_offset = 0
        self._context = context
        self._tell_message = on_message
        self._tell_end = on_end
        self._connected = False
        self._news = LeanEvent()

    # ------------------------------------------------------------ life

    async def open(self, options: FluxOptions, on_opened: Callable[[], None]) -> SageMakerStream:
        """Open the stream and wait for Connected; `on_opened` is called in between, when it has been accepted.

        Raises `StreamFailedError`.
        """
        context, limits = self._context, self._context.limits
        opening_s, query = context.clock(), query_string(options)
        try:
            self.stream = await context.opener.open(query, context.credentials, self)
        except ProblemError as error:
            raise StreamFailedError(LedgerClass.CONNECT_FAILED, error.problem) from error
        self.opened_s = context.clock()
        on_opened()
        # Slow headers leave less time for it: the whole opening is one wait for whoever looks on.
        limit_s = min(limits.connected_s, max(0.0, limits.reconnect.opening_s - (self.opened_s - opening_s)))
        await self._until(lambda: self._connected or self.over, limit_s)
        if not self._connected:
            raise StreamFailedError(LedgerClass.NEVER_CONNECTED, self.problem or problems.never_connected(limit_s))
        context.connected_queries.add(query)
        self.connected_after_s = context.clock() - opening_s
        context.histograms["connect"].add(self.stream.timings.tcp_tls_s)
        context.histograms["headers"].add(self.stream.timings.headers_s)
        context.histograms["connected"].add(context.clock() - self.opened_s)
        return self.stream

    async def finish(self, close: Callable[[], None]) -> Problem | None:
        """Ask for the end by `close`, read on until it comes, end the input; returns what went wrong."""
        assert self.stream is not None
        context = self._context
        closing_s = context.clock()
        close()
        await self._until(lambda: self.end is not None, context.limits.drain_s)
        if self.end is None:
            return self.fatal or problems.not_closed(context.limits.drain_s)
        self.close_after_s = self.end.at_s - closing_s
        context.histograms["close"].add(self.close_after_s)
        self.stream.end_input()
        if self.fatal is not None or not self.end.orderly:
            return self.problem or problems.ended_early()
        return None

    async def close(self) -> None:
        """Drop the connection, within two seconds; idempotent."""
        if self.stream is not None:
            await self.stream.close()

    # ------------------------------------------------------------ state

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected of it."""
        return self.fatal is not None or self.end is not None

    @property
    def problem(self) -> Problem | None:
        """Why it is over, where a reason is known."""
        return self.fatal or (self.end.problem if self.end else None)

    def connected(self) -> None:
        """Flux has said Connected."""
        self._connected = True
        self._news.set()

    def fail(self, problem: Problem) -> None:
        """It is of no use any more; the first reason counts."""
        self.fatal = self.fatal or problem
        self._news.set()
        self._tell_end()

    # ------------------------------------------------------------ StreamListener

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        """One whole message of the server."""
        self._tell_message(self, payload, received_s)

    def on_end(self, end: StreamEnd) -> None:
        """The stream is over."""
        self.end = end
        self._news.set()
        self._tell_end()

    async def _until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        await news_until(self._news, condition, timeout_s)


async def news_until(news: LeanEvent, condition: Callable[[], bool], timeout_s: float | None) -> None:
    """Wait for news until the condition holds; gives up after `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():
                news.clear()
                await news.wait()
    except TimeoutError:
        return
