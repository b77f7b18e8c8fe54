"""The streams of one connection, one after another: opened, opened again, changed over, brought back.

Runs on the engine's event loop. Which failures are tried again, how soon and how often is decided in `reconnect`.
Whatever happens to the streams, the connection's turns and audio time go on, and so does its plan: audio that has
fallen into a gap is not sent late, for that would be a pace that nobody speaks at; it is counted as unheard.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from flux_desktop.aws.stream.opener import SageMakerStream
from flux_desktop.base.event import LeanEvent
from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.report import ConnectionReport
from flux_desktop.engine.connection.retry_policy import Attempts
from flux_desktop.engine.connection.rotation_policy import RotationPolicy, spread
from flux_desktop.engine.connection.stream import Leg, StreamFailedError, news_until
from flux_desktop.engine.records.events import Notice
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.engine.sending.file_sender import FileSender
from flux_desktop.engine.sending.microphone_sender import MicrophoneSender
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.query import query_string

Gap = tuple[float, float]
Tell = Callable[[ConnectionState, Problem | None, Gap | None], None]


class StreamSwitcher:
    """`current` is the stream in use; `lost` why the first one before it failed, while another is being opened."""

    def __init__(
        self,
        conn: int,
        context: RunContext,
        sender: FileSender | MicrophoneSender,
        conversation: Receiver,
        controls: ControlChannel,
        figures: ConnectionReport,
        *,
        is_done: Callable[[], bool],
        news: LeanEvent,
        tell: Tell,
    ) -> None:
        """`is_done` says that no audio is left to send; `news` is set with every end of a stream.

        `tell` is called with each new state, with the reason and the gap where there are such.
        """
        self._conn = conn
        self._context = context
        self._sender = sender
        self._conversation = conversation
        self._controls = controls
        self._figures = figures
        self._is_done = is_done
        self._news = news
        self._tell = tell
        policy = context.limits.reconnect
        self._policy = policy
        self._attempts = Attempts(policy, context.retry_budget, enabled=context.plan.reconnect)
        self._rotation = RotationPolicy(spread(conn, context.plan.rotate_after_s), context.plan.rotate_latest_s)
        self.lost: Problem | None = None
        self.current = self._new()

    # ------------------------------------------------------------ the first one

    async def open(self, on_first_failure: Callable[[], None]) -> None:
        """Bring the connection to its first Connected; raises `StreamFailedError` where the policy gives up."""
        options, started_s = self._context.plan.options, self._context.clock()

        async def first(leg: Leg) -> SageMakerStream:
            return await leg.open(options, lambda: self._tell(ConnectionState.OPENED, None, None))

        async def next_first(leg: Leg) -> SageMakerStream:
            self.current = leg
            self._conversation.begin_stream(leg)
            return await first(leg)

        try:
            stream = await first(self.current)
        except StreamFailedError as failed:
            await self.current.close()
            on_first_failure()
            self.lost, by_s = failed.problem, started_s + self._policy.opening_s
            _, stream = await self._again(failed, options, by_s, ConnectionState.CONNECTING, next_first)
        self.lost = None
        self._figures.connected_s = self._context.clock() - started_s
        self._controls.open_on(stream, options)

    # ------------------------------------------------------------ the following ones

    def rotation_is_due(self, *, quiet: bool) -> bool:
        """Whether the stream is old enough to change over; `quiet` means that no turn is open."""
        return self._rotation.is_due(self._age_s, quiet=quiet)

    async def change_over(self, options: FluxOptions) -> None:
        """The new stream is opened first, the old one drained while the audio waits a moment.

        Where the new one cannot be opened the old one goes on, if it still stands.
        """
        new = self._new()
        try:
            stream = await new.open(options, lambda: None)
        except StreamFailedError as failed:
            await new.close()
            self._rotation.failed(self._age_s)
            self._context.emit(Notice(t=self._context.now(), problem=problems.not_rotated(self._conn, failed.problem)))
            return
        except BaseException:  # border: cancelled, or a bug; it goes on, and leaves no connection open
            await new.close()
            raise
        if self._is_lost and not self._context.plan.reconnect:
            await new.close()
            return
        if self._is_lost:  # meanwhile, and so nothing was drained
            self._sender.lose()
            self._tell(ConnectionState.RECONNECTING, self.current.problem or problems.ended_early(), None)
            await self.current.close()
            self._come_back(new, stream, options)
            return
        self._sender.pause()
        problem = None if self.current.over else await self.current.finish(self._controls.send_close)
        if problem is not None:
            self._context.emit(Notice(t=self._context.now(), problem=problem))
        await self.current.close()
        self.current = new
        self._figures.rotations += 1
        self._conversation.begin_stream(new)
        self._controls.open_on(stream, options)
        if not self._is_done():
            self._tell(ConnectionState.STREAMING, None, None)
            self._sender.resume(stream)

    @property
    def _is_lost(self) -> bool:
        """Whether the stream is over, but for a build that ends it at a change: that one is told of already."""
        problem = self.current.problem
        return self.current.over and (problem is None or problem.code != "control_not_supported")

    async def regain(self) -> Problem | None:
        """The stream is lost: come back in a new one with the parameters acknowledged last.

        Returns None when the connection streams again, else why it does not.
        """
        context, old = self._context, self.current
        lost = old.problem or problems.ended_early()
        lost_at_s = context.clock()
        self.lost = lost
        self._sender.lose()
        self._controls.suspend()
        self._attempts.stood(self._age_s)
        await old.close()
        options = self._controls.in_force

        async def beside(leg: Leg) -> SageMakerStream:
            return await leg.open(options, lambda: None)

        try:
            failed, by_s = StreamFailedError(LedgerClass.FAILED, lost), lost_at_s + self._policy.regain_s
            new, stream = await self._again(failed, options, by_s, ConnectionState.RECONNECTING, beside)
        except StreamFailedError as last:
            return problems.not_regained(lost, last.problem)
        self.lost = None
        self._come_back(new, stream, options)
        return None

    def _come_back(self, new: Leg, stream: SageMakerStream, options: FluxOptions) -> None:
        old, self.current = self.current, new
        heard_until_s = max(self._conversation.window_end_s, old.audio_offset_s)
        self._controls.open_on(stream, options)
        self._sender.skip_gap()
        self._conversation.begin_stream(new)
        gap = (heard_until_s, new.audio_offset_s)
        self._figures.reconnects += 1
        self._figures.unheard_s += gap[1] - gap[0]
        self._tell(ConnectionState.STREAMING, None, gap)
        if not self._is_done():
            self._sender.resume(stream)

    async def _again(
        self,
        failed: StreamFailedError,
        options: FluxOptions,
        by_s: float,
        state: ConnectionState,
        open_leg: Callable[[Leg], Awaitable[SageMakerStream]],
    ) -> tuple[Leg, SageMakerStream]:
        """Another leg in the place of one that `failed`, Connected; raises the last failure where it is given up."""
        context, known = self._context, query_string(options) in self._context.connected_queries
        while True:
            now_s, code = context.clock(), failed.problem.code
            if self._is_done():
                raise failed
            wait_s = self._attempts.wait_s(code, known=known, now_s=now_s, draw=random.random)
            if wait_s is None or now_s + wait_s >= by_s:
                raise failed
            self._figures.retries += 1
            self._tell(state, failed.problem, None)
            await news_until(self._news, self._is_done, wait_s)
            if self._is_done():
                raise failed
            leg = self._new()
            try:
                async with asyncio.timeout(by_s - context.clock()):
                    return leg, await open_leg(leg)
            except StreamFailedError as error:
                await leg.close()
                failed = error
            except TimeoutError:
                await leg.close()
                raise failed from None
            except BaseException:  # border: cancelled, or a bug; it goes on, and leaves no connection open
                await leg.close()
                raise

    # ------------------------------------------------------------ inner

    @property
    def _age_s(self) -> float:
        return self._context.clock() - self.current.opened_s

    def _new(self) -> Leg:
        return Leg(self._context, self._message, self._news.set)

    def _message(self, leg: Leg, payload: bytes, received_s: float) -> None:
        if leg is self.current:
            self._conversation.message(payload, received_s)
        else:  # a stream that is still being opened says Connected, and nothing that counts
            self._conversation.aside(payload, received_s, leg.connected)
