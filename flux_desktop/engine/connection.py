"""One connection of a run, from waiting to its class in the ledger.

Runs on the engine's event loop: one task for its life, one timer for its pace. The order is the documented one:
open, wait for Connected, stream, silence until the last turn has ended, CloseStream, read on until the end of
the stream, end of input, close. Every wait is bounded. Cancelling closes at once, within two seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from flux_desktop.aws.stream import Credentials, SageMakerStream, StreamEnd, StreamOpener
from flux_desktop.engine import endings
from flux_desktop.engine.accuracy import WordErrors
from flux_desktop.engine.controls import Controls
from flux_desktop.engine.conversation import Conversation
from flux_desktop.engine.events import Event, LedgerClass, StreamChanged, StreamEnded, StreamRow, StreamState
from flux_desktop.engine.feed import Feed
from flux_desktop.engine.figures import StreamFigures
from flux_desktop.engine.metrics import Histogram
from flux_desktop.engine.plan import RunPlan
from flux_desktop.engine.sender import Sender
from flux_desktop.engine.truth import SpokenWords, TurnTiming
from flux_desktop.flux.messages import (
    CloseStream,
    Configure,
    ConfigureFailure,
    ConfigureSuccess,
    Connected,
    Error,
    Finalize,
    ServerMessage,
    encode,
)
from flux_desktop.flux.query import query_string
from flux_desktop.flux.turns import TurnState, TurnTracker
from flux_desktop.problem import Problem, ProblemError


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The longest waits of a connection, in seconds. Tests of faults scale them together."""

    connected_s: float = 10.0
    drain_s: float = 15.0
    backlog_s: float = 10.0
    """Age of audio that the network has not taken, at which the stream counts as stalled."""
    silent_turn_s: float = 3.0
    """Least audio sent in an open turn without any answer, at which the stream counts as gone silent."""


class RunContext(msgspec.Struct, kw_only=True):
    """What all connections of a worker share."""

    plan: RunPlan
    credentials: Credentials
    opener: StreamOpener
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    origin_s: float
    histograms: dict[str, Histogram]
    """By name, one for each of `metrics.FIGURES`."""
    words: SpokenWords | None = None
    limits: Limits = Limits()


class Connection:
    """One planned stream. `run` returns the class it ended in; it raises only for bugs and cancellation."""

    def __init__(self, conn: int, context: RunContext, feed: Feed) -> None:
        options = context.plan.options
        self.conn = conn
        self.state = StreamState.WAITING
        self.dirty = True
        self.figures = StreamFigures(conn)
        self.on_past_opening: Callable[[], None] | None = None
        """Called once, when the stream is connected or has failed to be: the next one may be opened."""
        self._context = context
        self._stream: SageMakerStream | None = None
        self._end: StreamEnd | None = None
        self._fatal: Problem | None = None
        self._connected = False
        self._all_sent = False
        self._news = asyncio.Event()
        self._sender = Sender(
            context.plan,
            feed,
            context.clock,
            context.histograms["pacing"],
            silence_max_s=options.eot_timeout_ms_in_force / 1000 + 1.0,
            settled=self._settled,
            on_audio_end=self._audio_ended,
            on_done=self._sent_all,
            on_error=self._send_failed,
        )
        self._conversation = Conversation(
            conn,
            TurnTracker(eager_configured=options.eager_eot_threshold is not None),
            self._sender,
            timing=TurnTiming(context.words, context.histograms),
            histograms=context.histograms,
            emit=context.emit,
            on_message=self._on_parsed,
            origin_s=context.origin_s,
        )
        self._controls = Controls(conn, options, context.emit, self._now, context.histograms["configure"])

    # ------------------------------------------------------------ from the front end

    def request_stop(self) -> None:
        """Send no more audio and go on to the drain."""
        self._sender.stop()
        self._sent_all()

    def configure(self, change: Configure) -> None:
        """Change parameters while streaming; at any other time it does nothing."""
        if self.state is StreamState.STREAMING:
            self._controls.configure(change)

    def control(self, text: str) -> None:
        """Send a control message as it is, while streaming."""
        if self.state is StreamState.STREAMING:
            self._controls.send(text)

    def check(self) -> None:
        """Look whether the stream still moves; called a few times a second."""
        if self.state is StreamState.STREAMING and self._fatal is None:
            self._fatal = self._stalled()
            if self._fatal is not None:
                self._news.set()

    # ------------------------------------------------------------ life

    async def run(self) -> LedgerClass:
        """Live the connection's life; returns how it ended."""
        started_s = self._context.clock()
        try:
            ledger, problem = await self._live()
        finally:
            self._past_opening()
            self._sender.stop()
            self._controls.close()
            if self._stream is not None:
                await self._stream.close()
        if ledger is LedgerClass.COMPLETED and not self._conversation.heard_text:
            ledger = LedgerClass.NO_TRANSCRIPT
        self._tell_end(ledger, problem, self._context.clock() - started_s)
        return ledger

    def abandon(self, problem: Problem) -> None:
        """The run is over for this stream without `run` having told its end; idempotent."""
        if self.figures.ledger is None:
            opening = self.state in {StreamState.WAITING, StreamState.CONNECTING}
            self._tell_end(LedgerClass.NOT_STARTED if opening else LedgerClass.FAILED, problem, 0.0)

    async def _live(self) -> tuple[LedgerClass, Problem | None]:
        context = self._context
        self._change(StreamState.CONNECTING)
        opening_s = context.clock()
        try:
            self._stream = await context.opener.open(query_string(context.plan.options), context.credentials, self)
        except ProblemError as error:
            return LedgerClass.CONNECT_FAILED, error.problem
        self._controls.open_on(self._stream)
        context.histograms["connect"].add(self._stream.timings.tcp_tls_s)
        context.histograms["headers"].add(self._stream.timings.headers_s)
        opened_s = context.clock()
        self._change(StreamState.OPENED)
        await self._until(lambda: self._connected or self._over, context.limits.connected_s)
        if not self._connected:
            problem = self._fatal or (self._end and self._end.problem)
            return LedgerClass.NEVER_CONNECTED, problem or endings.never_connected(context.limits.connected_s)
        self.figures.connected_s = context.clock() - opening_s
        context.histograms["connected"].add(context.clock() - opened_s)
        self._past_opening()
        if not self._over and not self._all_sent:
            self._change(StreamState.STREAMING)
            self._sender.start(self._stream, asyncio.get_running_loop())
            self._conversation.streaming_since_s = context.clock()
            self._plan_configure()
            await self._until(lambda: self._all_sent or self._over, None)
        if self._over:
            problem = self._fatal or (self._end and self._end.problem)
            return LedgerClass.FAILED, problem or endings.ended_early()
        return await self._drain()

    async def _drain(self) -> tuple[LedgerClass, Problem | None]:
        assert self._stream is not None
        self._change(StreamState.DRAINING)
        closing_s = self._context.clock()
        self._controls.send(encode(CloseStream()))
        await self._until(lambda: self._end is not None, self._context.limits.drain_s)
        if self._end is None:
            return LedgerClass.FAILED, self._fatal or endings.not_closed(self._context.limits.drain_s)
        self.figures.close_s = self._end.at_s - closing_s
        self._context.histograms["close"].add(self.figures.close_s)
        self._stream.end_input()
        if self._fatal is not None or not self._end.orderly:
            return LedgerClass.FAILED, self._fatal or self._end.problem or endings.ended_early()
        return LedgerClass.COMPLETED, None

    async def _until(self, condition: Callable[[], bool], timeout_s: float | None) -> None:
        """Wait for news until the condition holds; gives up after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return

    @property
    def _over(self) -> bool:
        return self._fatal is not None or self._end is not None

    def _stalled(self) -> Problem | None:
        assert self._stream is not None
        limits, conversation = self._context.limits, self._conversation
        if self._stream.oldest_unsent_s > limits.backlog_s:
            return endings.backlog(self._stream.oldest_unsent_s)
        allowed_s = max(limits.silent_turn_s, 4 * self._controls.in_force.eot_timeout_ms_in_force / 1000)
        silent_s = self._sender.audio_clock.audio_s - conversation.last_turn_info_audio_s
        if conversation.tracker.state is not TurnState.READY and silent_s > allowed_s:
            return endings.gone_silent(silent_s)
        return None

    def _settled(self, silent_s: float) -> bool:
        """Whether the last turn has ended, asked while silence follows the audio."""
        conversation, audio_end_s = self._conversation, self._sender.audio_end_s or 0.0
        heard_to_the_end = conversation.window_end_s >= audio_end_s - 0.001
        return conversation.tracker.state is TurnState.READY and (heard_to_the_end or silent_s >= 1.5)

    # ------------------------------------------------------------ what happens to it

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        """One whole message of the server (StreamListener)."""
        self.dirty = True
        self._conversation.message(payload, received_s)

    def on_end(self, end: StreamEnd) -> None:
        """The stream is over (StreamListener)."""
        self._end = end
        self._news.set()

    def _on_parsed(self, message: ServerMessage) -> None:
        if isinstance(message, Connected):
            self._connected = True
            self._news.set()
        elif isinstance(message, ConfigureSuccess | ConfigureFailure):
            self._controls.answered(message)
        elif isinstance(message, Error):
            self._fatal = endings.fatal_error(message)
            self._news.set()

    def _plan_configure(self) -> None:
        plan = self._context.plan
        if plan.reconfigure is not None and plan.reconfigure_after_s is not None:
            self._controls.configure_later(plan.reconfigure, plan.idle_before_audio_s + plan.reconfigure_after_s)

    def _audio_ended(self) -> None:
        if self._context.plan.finalize_at_end:
            self._controls.send(encode(Finalize()))

    def _sent_all(self) -> None:
        self._all_sent = True
        self._news.set()

    def _send_failed(self, error: Exception) -> None:
        # A stream that has ended underneath tells its reason through `on_end`.
        if not isinstance(error, ProblemError):
            self._fatal = endings.send_failed(error)
            self._news.set()

    def _past_opening(self) -> None:
        told, self.on_past_opening = self.on_past_opening, None
        if told is not None:
            told()

    # ------------------------------------------------------------ telling

    @property
    def words(self) -> WordErrors:
        """Word errors of the turns that have ended."""
        return self._conversation.timing.errors

    @property
    def chunks_sent(self) -> int:
        """Audio chunks so far."""
        return self._sender.chunks_sent

    @property
    def messages_received(self) -> int:
        """Server messages so far."""
        return self._conversation.messages_received

    def row(self) -> StreamRow:
        """The connection at a glance."""
        return self.figures.row(self.state, self._conversation, self._sender, self._controls)

    def _tell_end(self, ledger: LedgerClass, problem: Problem | None, duration_s: float) -> None:
        closed = self._conversation.close()
        self.figures.ended(ledger, problem, duration_s, self._stream)
        self._change(StreamState.ENDED)
        summary = self.figures.summary(self._conversation, self._sender, self._controls)
        self._context.emit(
            StreamEnded(t=self._now(), summary=summary, closed_text=closed.transcript if closed else None)
        )

    def _change(self, state: StreamState) -> None:
        self.state = state
        self.dirty = True
        stream = self._stream
        self._context.emit(
            StreamChanged(
                t=self._now(),
                conn=self.conn,
                state=state,
                request_id=self._conversation.request_id,
                aws_request_id=(stream.aws_request_id or None) if stream else None,
                variant=(stream.invoked_variant or None) if stream else None,
            )
        )

    def _now(self) -> float:
        return self._context.clock() - self._context.origin_s
