"""One connection of a run, from waiting to its class in the ledger.

Runs on the engine's event loop: one task for its life, one timer for its pace. The order is the documented one:
open, wait for Connected, stream, silence until the last turn has ended, CloseStream, read on until the end of
the stream, end of input, close. Every wait is bounded. Cancelling closes at once, within two seconds.
SageMaker ends every stream after 30 minutes, so a longer connection changes over to a new stream before that; one
that is lost is replaced (see `legs`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from flux_desktop.base.event import LeanEvent
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.report import ConnectionReport
from flux_desktop.engine.connection.stall_detector import StallDetector
from flux_desktop.engine.connection.stream import StreamFailedError, news_until
from flux_desktop.engine.connection.stream_switcher import Gap, StreamSwitcher
from flux_desktop.engine.measuring.ground_truth import TurnTiming
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Notice
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, LedgerClass
from flux_desktop.engine.records.word_errors import WordErrors
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.engine.sending.file_sender import FileSender
from flux_desktop.engine.sending.microphone_sender import MicrophoneSender
from flux_desktop.flux.kept_turns import KeptTurns
from flux_desktop.flux.messages import (
    Configure,
    ConfigureFailure,
    ConfigureSuccess,
    Connected,
    Error,
    Finalize,
    ServerMessage,
    encode,
)
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import TurnTracker

_CLASS_WHEN_ABANDONED = {
    ConnectionState.WAITING: LedgerClass.NOT_STARTED,
    ConnectionState.CONNECTING: LedgerClass.NOT_STARTED,
    ConnectionState.OPENED: LedgerClass.NEVER_CONNECTED,
}


class Connection:
    """One planned stream. `run` returns the class it ended in; it raises only for bugs and cancellation."""

    def __init__(
        self, conn: int, context: RunContext, feed: ChunkSource | None, duration_s: float | None = None
    ) -> None:
        """Without a `feed` the audio is what `push` brings, for `duration_s` seconds or until stopped."""
        plan = context.plan
        self.conn = conn
        self.state = ConnectionState.WAITING
        self.dirty = True
        self.figures = ConnectionReport(conn)
        self.on_past_opening: Callable[[], None] | None = None
        """Called once, when the stream is connected or has failed to be: the next one may be opened."""
        self._context = context
        self._news = LeanEvent()
        self._next_options: FluxOptions | None = None
        """Parameters of the next stream, when it is time to change over to it."""
        self._all_sent = False
        self._sender = self._new_sender(feed, duration_s)
        self._conversation = Receiver(
            conn,
            TurnTracker(
                eager_configured=plan.options.eager_eot_threshold is not None,
                finished=KeptTurns(words=False, side_file=context.side_file),  # the recording has the words
            ),
            self._sender,
            timing=TurnTiming(context.words and context.words.first(duration_s), context.histograms),
            histograms=context.histograms,
            emit=context.emit,
            on_message=self._on_parsed,
            origin_s=context.origin_s,
        )
        self._controls = ControlChannel(conn, plan.options, context.emit, context.now, context.histograms["configure"])
        self._liveness = StallDetector(context.limits, self._conversation, self._sender, self._controls)
        self._legs = StreamSwitcher(
            conn,
            context,
            self._sender,
            self._conversation,
            self._controls,
            self.figures,
            is_done=lambda: self._all_sent,
            news=self._news,
            tell=self._change,
        )

    # ------------------------------------------------------------ from the front end

    def request_stop(self) -> None:
        """Send no more audio and go on to the drain."""
        self._sender.stop()
        self._sent_all()

    def configure(self, change: Configure) -> None:
        """Change parameters while streaming, or as soon as it streams again; at any other time it does nothing."""
        if self.state in (ConnectionState.STREAMING, ConnectionState.RECONNECTING):
            self._controls.configure(change)

    def reconnect(self, options: FluxOptions) -> None:
        """Change over to a new stream with these parameters, for what no `Configure` can change."""
        if self.state is ConnectionState.STREAMING:
            given = self._context.plan.options
            self._change_over_to(
                msgspec.structs.replace(options, encoding=given.encoding, sample_rate_hz=given.sample_rate_hz)
            )

    def control(self, text: str) -> None:
        """Send a control message as it is, while streaming."""
        if self.state is ConnectionState.STREAMING:
            self._controls.send(text)

    def push(self, chunk: bytes, captured_s: float) -> None:
        """One frame of the microphone, encoded, and the moment at which it was captured."""
        if isinstance(self._sender, MicrophoneSender):
            self._sender.push(chunk, captured_s)

    def device_lost(self, *, go_on: bool) -> None:
        """The microphone is gone: go on with silence, or end."""
        if isinstance(self._sender, MicrophoneSender):
            self._sender.device_lost(go_on=go_on)

    def check(self) -> None:
        """Look whether the stream still moves and how old it is; called a few times a second."""
        leg = self._legs.current
        if self.state is not ConnectionState.STREAMING or leg.over:
            return
        assert leg.stream is not None
        problem = self._liveness.stalled(leg.stream)
        if problem is not None:
            leg.fail(problem)
        elif self._legs.rotation_is_due(quiet=self._liveness.is_quiet):
            self._change_over_to(self._controls.in_force)

    # ------------------------------------------------------------ life

    async def run(self) -> LedgerClass:
        """Live the connection's life; returns how it ended."""
        started_s = self._context.clock()
        try:
            ledger, problem = await self._live()
        except StreamFailedError as failed:
            ledger, problem = failed.ledger, failed.problem
        finally:
            self._past_opening()
            self._sender.stop()
            self._controls.close()
            await self._legs.current.close()
        if ledger is LedgerClass.COMPLETED and not self._conversation.heard_text:
            ledger = LedgerClass.NO_TRANSCRIPT
        self._tell_end(ledger, problem, self._context.clock() - started_s)
        return ledger

    def abandon(self, problem: Problem) -> None:
        """The run is over for this stream without `run` having told its end; idempotent."""
        if self.figures.ledger is None:
            lost = self._legs.lost
            ledger = _CLASS_WHEN_ABANDONED.get(self.state, LedgerClass.FAILED)
            if lost is not None and ledger is LedgerClass.NOT_STARTED:
                ledger = LedgerClass.CONNECT_FAILED  # it had been tried, and was to be tried again
            self._tell_end(ledger, lost or problem, 0.0)

    async def _live(self) -> tuple[LedgerClass, Problem | None]:
        self._change(ConnectionState.CONNECTING)
        await self._legs.open(self._past_opening)
        self._past_opening()
        if not self._all_sent:
            self._begin_streaming()
        problem = await self._stream()
        if problem is not None:
            return LedgerClass.FAILED, problem
        self._change(ConnectionState.DRAINING)
        leg = self._legs.current
        problem = await leg.finish(self._controls.send_close) or self._liveness.unanswered()
        self.figures.note_close(leg)
        return (LedgerClass.COMPLETED if problem is None else LedgerClass.FAILED), problem

    def _begin_streaming(self) -> None:
        stream = self._legs.current.stream
        assert stream is not None
        self._change(ConnectionState.STREAMING)
        self._sender.start(stream, asyncio.get_running_loop())
        self._conversation.streaming_since_s = self._context.clock()
        self._plan_configure()

    async def _stream(self) -> Problem | None:
        """Until all is sent; goes on in a new stream when that is due or the present one is lost.

        Returns why the connection is over before all was sent.
        """
        while True:
            await news_until(self._news, self._is_turning_point, None)
            options, self._next_options = self._next_options, None
            if self._all_sent:
                leg = self._legs.current
                return (leg.problem or problems.ended_early()) if leg.over else None
            if options is not None:
                await self._legs.change_over(options)
            elif (problem := await self._legs.regain()) is not None:
                return problem

    def _is_turning_point(self) -> bool:
        return self._all_sent or self._legs.current.over or self._next_options is not None

    def _change_over_to(self, options: FluxOptions) -> None:
        self._next_options = options
        self._news.set()

    def _new_sender(self, feed: ChunkSource | None, duration_s: float | None) -> FileSender | MicrophoneSender:
        context = self._context
        arguments = (context.clock, context.histograms["pacing"])
        callbacks = {
            "silence_max_s": context.plan.options.eot_timeout_ms_in_force / 1000 + 1.0,
            "settled": self._settled,
            "on_audio_end": self._audio_ended,
            "on_done": self._sent_all,
            "on_error": self._send_failed,
        }
        if feed is None:
            return MicrophoneSender(context.plan, duration_s, *arguments, **callbacks)
        return FileSender(context.plan, feed, *arguments, **callbacks)

    def _settled(self, silent_s: float) -> bool:
        return self._liveness.settled(silent_s)

    # ------------------------------------------------------------ what happens to it

    def _on_parsed(self, message: ServerMessage) -> None:
        self.dirty = True
        if isinstance(message, Connected):
            self._legs.current.connected()
        elif isinstance(message, ConfigureSuccess | ConfigureFailure):
            self._controls.answered(message)
        elif isinstance(message, Error):
            problem = problems.fatal_error(message)
            if problem.code == "control_not_supported" and self._controls.live_change_pending:
                # The build takes no Configure at all: it gets what was wanted with a new stream's parameters.
                self._sender.pause()
                self._context.emit(Notice(t=self._context.now(), problem=problems.configure_not_supported(self.conn)))
                self._change_over_to(self._controls.wanted)
            self._legs.current.fail(problem)

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
            self._legs.current.fail(problems.send_failed(error))

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

    def row(self) -> ConnectionRow:
        """The connection at a glance."""
        return self.figures.row(self.state, self._conversation, self._sender, self._controls)

    def _tell_end(self, ledger: LedgerClass, problem: Problem | None, duration_s: float) -> None:
        closed = self._conversation.close()
        self.figures.ended(ledger, problem, duration_s, self._legs.current.stream)
        self._change(ConnectionState.ENDED)
        summary = self.figures.summary(self._conversation, self._sender, self._controls)
        text = closed.transcript if closed else None
        self._context.emit(ConnectionEnded(t=self._context.now(), summary=summary, closed_text=text))

    def _change(self, state: ConnectionState, problem: Problem | None = None, gap: Gap | None = None) -> None:
        self.state = state
        self.dirty = True
        stream = self._legs.current.stream
        self._context.emit(
            ConnectionChanged(
                t=self._context.now(),
                conn=self.conn,
                state=state,
                request_id=self._conversation.request_id,
                aws_request_id=(stream.aws_request_id or None) if stream else None,
                variant=(stream.invoked_variant or None) if stream else None,
                rotations=self.figures.rotations,
                retries=self.figures.retries,
                reconnects=self.figures.reconnects,
                problem=problem,
                gap=gap,
            )
        )
