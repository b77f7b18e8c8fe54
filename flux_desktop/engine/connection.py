"""One connection of a run, from waiting to its class in the ledger.

Runs on the engine's event loop: one task for its life, one timer for its pace. The order is the documented one:
open, wait for Connected, stream, silence until the last turn has ended, CloseStream, read on until the end of
the stream, end of input, close. Every wait is bounded. Cancelling closes at once, within two seconds.
SageMaker ends every stream after 30 minutes, so a longer connection changes over to a new stream before that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from flux_desktop.engine import endings
from flux_desktop.engine.accuracy import WordErrors
from flux_desktop.engine.context import RunContext
from flux_desktop.engine.controls import Controls
from flux_desktop.engine.conversation import Conversation
from flux_desktop.engine.events import LedgerClass, Notice, StreamChanged, StreamEnded, StreamRow, StreamState
from flux_desktop.engine.feed import Feed
from flux_desktop.engine.figures import StreamFigures
from flux_desktop.engine.leg import Leg, LegFailedError, news_until
from flux_desktop.engine.live_sender import LiveSender
from flux_desktop.engine.liveness import Liveness
from flux_desktop.engine.rotation import Rotation
from flux_desktop.engine.sender import Sender
from flux_desktop.engine.truth import TurnTiming
from flux_desktop.flux.kept_turns import KeptTurns
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
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import TurnTracker
from flux_desktop.problem import Problem, ProblemError

_CLASS_WHEN_ABANDONED = {
    StreamState.WAITING: LedgerClass.NOT_STARTED,
    StreamState.CONNECTING: LedgerClass.NOT_STARTED,
    StreamState.OPENED: LedgerClass.NEVER_CONNECTED,
}


class Connection:
    """One planned stream. `run` returns the class it ended in; it raises only for bugs and cancellation."""

    def __init__(self, conn: int, context: RunContext, feed: Feed | None, duration_s: float | None = None) -> None:
        """Without a `feed` the audio is what `push` brings, for `duration_s` seconds or until stopped."""
        plan = context.plan
        self.conn = conn
        self.state = StreamState.WAITING
        self.dirty = True
        self.figures = StreamFigures(conn)
        self.on_past_opening: Callable[[], None] | None = None
        """Called once, when the stream is connected or has failed to be: the next one may be opened."""
        self._context = context
        self._news = asyncio.Event()
        self._leg = self._new_leg()
        self._rotation = Rotation(plan.rotate_after_s, plan.rotate_latest_s)
        self._next_options: FluxOptions | None = None
        """Parameters of the next stream, when it is time to change over to it."""
        self._all_sent = False
        self._sender = self._new_sender(feed, duration_s)
        self._conversation = Conversation(
            conn,
            TurnTracker(
                eager_configured=plan.options.eager_eot_threshold is not None,
                finished=KeptTurns(words=False),  # the recording has the words
            ),
            self._sender,
            timing=TurnTiming(context.words and context.words.first(duration_s), context.histograms),
            histograms=context.histograms,
            emit=context.emit,
            on_message=self._on_parsed,
            origin_s=context.origin_s,
        )
        self._controls = Controls(conn, plan.options, context.emit, context.now, context.histograms["configure"])
        self._liveness = Liveness(context.limits, self._conversation, self._sender, self._controls)

    # ------------------------------------------------------------ from the front end

    def request_stop(self) -> None:
        """Send no more audio and go on to the drain."""
        self._sender.stop()
        self._sent_all()

    def configure(self, change: Configure) -> None:
        """Change parameters while streaming; at any other time it does nothing."""
        if self.state is StreamState.STREAMING:
            self._controls.configure(change)

    def reconnect(self, options: FluxOptions) -> None:
        """Change over to a new stream with these parameters, for what no `Configure` can change."""
        if self.state is StreamState.STREAMING:
            given = self._context.plan.options
            self._change_over_to(
                msgspec.structs.replace(options, encoding=given.encoding, sample_rate_hz=given.sample_rate_hz)
            )

    def control(self, text: str) -> None:
        """Send a control message as it is, while streaming."""
        if self.state is StreamState.STREAMING:
            self._controls.send(text)

    def push(self, chunk: bytes, captured_s: float) -> None:
        """One frame of the microphone, encoded, and the moment at which it was captured."""
        if isinstance(self._sender, LiveSender):
            self._sender.push(chunk, captured_s)

    def device_lost(self, *, go_on: bool) -> None:
        """The microphone is gone: go on with silence, or end."""
        if isinstance(self._sender, LiveSender):
            self._sender.device_lost(go_on=go_on)

    def check(self) -> None:
        """Look whether the stream still moves and how old it is; called a few times a second."""
        if self.state is not StreamState.STREAMING or self._leg.over:
            return
        assert self._leg.stream is not None
        problem = self._liveness.stalled(self._leg.stream)
        if problem is not None:
            self._leg.fail(problem)
        if self._sender.started_s is None:
            return  # nothing has been said yet
        age_s = self._context.clock() - self._leg.opened_s
        if self._rotation.is_due(age_s, quiet=self._liveness.is_quiet):
            self._change_over_to(self._controls.in_force)

    # ------------------------------------------------------------ life

    async def run(self) -> LedgerClass:
        """Live the connection's life; returns how it ended."""
        started_s = self._context.clock()
        try:
            ledger, problem = await self._live()
        except LegFailedError as failed:
            ledger, problem = failed.ledger, failed.problem
        finally:
            self._past_opening()
            self._sender.stop()
            self._controls.close()
            await self._leg.close()
        if ledger is LedgerClass.COMPLETED and not self._conversation.heard_text:
            ledger = LedgerClass.NO_TRANSCRIPT
        self._tell_end(ledger, problem, self._context.clock() - started_s)
        return ledger

    def abandon(self, problem: Problem) -> None:
        """The run is over for this stream without `run` having told its end; idempotent."""
        if self.figures.ledger is None:
            ledger = _CLASS_WHEN_ABANDONED.get(self.state, LedgerClass.FAILED)
            self._tell_end(ledger, problem, 0.0)

    async def _live(self) -> tuple[LedgerClass, Problem | None]:
        context, leg = self._context, self._leg
        self._change(StreamState.CONNECTING)
        stream = await leg.open(context.plan.options, lambda: self._change(StreamState.OPENED))
        self.figures.connected_s = leg.connected_after_s
        self._controls.open_on(stream, context.plan.options)
        self._past_opening()
        if not leg.over and not self._all_sent:
            self._change(StreamState.STREAMING)
            self._sender.start(stream, asyncio.get_running_loop())
            self._conversation.streaming_since_s = context.clock()
            self._plan_configure()
            await self._stream()
        if self._leg.over:
            return LedgerClass.FAILED, self._leg.problem or endings.ended_early()
        self._change(StreamState.DRAINING)
        problem = await self._leg.finish(self._send_close) or self._liveness.unanswered()
        self.figures.note_close(self._leg)
        return (LedgerClass.COMPLETED if problem is None else LedgerClass.FAILED), problem

    async def _stream(self) -> None:
        """Until all is sent or the stream is over; changes over to a new stream when that is due."""
        while True:
            await news_until(self._news, self._is_turning_point, None)
            options, self._next_options = self._next_options, None
            if options is None or self._all_sent:
                return
            await self._change_over(options)

    def _is_turning_point(self) -> bool:
        return self._all_sent or self._leg.over or self._next_options is not None

    async def _change_over(self, options: FluxOptions) -> None:
        """The new stream is opened first, the old one drained while the audio waits a moment.

        Where the new one cannot be opened the old one goes on, if it still stands.
        """
        new = self._new_leg()
        try:
            stream = await new.open(options, lambda: None)
        except LegFailedError as failed:
            await new.close()
            self._rotation.failed(self._context.clock() - self._leg.opened_s)
            self._context.emit(Notice(t=self._context.now(), problem=endings.not_rotated(self.conn, failed.problem)))
            return
        except BaseException:
            await new.close()
            raise
        self._sender.pause()
        problem = None if self._leg.over else await self._leg.finish(self._send_close)
        if problem is not None:
            self._context.emit(Notice(t=self._context.now(), problem=problem))
        await self._leg.close()
        self._leg = new
        self.figures.rotations += 1
        self._conversation.begin_leg(new)
        self._controls.open_on(stream, options)
        if not self._all_sent:
            self._change(StreamState.STREAMING)
            self._sender.resume(stream)

    def _change_over_to(self, options: FluxOptions) -> None:
        self._next_options = options
        self._news.set()

    def _new_sender(self, feed: Feed | None, duration_s: float | None) -> Sender | LiveSender:
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
            return LiveSender(context.plan, duration_s, *arguments, **callbacks)
        return Sender(context.plan, feed, *arguments, **callbacks)

    def _new_leg(self) -> Leg:
        return Leg(self._context, self._leg_message, self._news.set)

    def _send_close(self) -> None:
        self._controls.send(encode(CloseStream()))

    def _settled(self, silent_s: float) -> bool:
        return self._liveness.settled(silent_s)

    # ------------------------------------------------------------ what happens to it

    def _leg_message(self, leg: Leg, payload: bytes, received_s: float) -> None:
        self.dirty = True
        if leg is self._leg:
            self._conversation.message(payload, received_s)
        else:  # a stream that is still being opened says Connected, and nothing that counts
            self._conversation.aside(payload, received_s, leg.connected)

    def _on_parsed(self, message: ServerMessage) -> None:
        if isinstance(message, Connected):
            self._leg.connected()
        elif isinstance(message, ConfigureSuccess | ConfigureFailure):
            self._controls.answered(message)
        elif isinstance(message, Error):
            problem = endings.fatal_error(message)
            if problem.code == "control_not_supported" and self._controls.live_change_pending:
                # The build takes no Configure at all: it gets what was wanted with a new stream's parameters.
                self._sender.pause()
                self._context.emit(Notice(t=self._context.now(), problem=endings.configure_not_supported(self.conn)))
                self._change_over_to(self._controls.wanted)
            self._leg.fail(problem)

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
            self._leg.fail(endings.send_failed(error))

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
        self.figures.ended(ledger, problem, duration_s, self._leg.stream)
        self._change(StreamState.ENDED)
        summary = self.figures.summary(self._conversation, self._sender, self._controls)
        text = closed.transcript if closed else None
        self._context.emit(StreamEnded(t=self._context.now(), summary=summary, closed_text=text))

    def _change(self, state: StreamState) -> None:
        self.state = state
        self.dirty = True
        stream = self._leg.stream
        self._context.emit(
            StreamChanged(
                t=self._context.now(),
                conn=self.conn,
                state=state,
                request_id=self._conversation.request_id,
                aws_request_id=(stream.aws_request_id or None) if stream else None,
                variant=(stream.invoked_variant or None) if stream else None,
                rotations=self.figures.rotations,
            )
        )
