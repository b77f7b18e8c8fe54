"""One connection of a run, from waiting to its ledger class.

Runs on the engine's event loop: one task for its life, one timer for its pace. The order is the documented one:
open, wait for Connected, stream, silence until the last turn has ended, CloseStream, read on until the end of
the stream, end of input, close. Every wait is bounded. Cancelling closes at once, within two seconds.
SageMaker ends every stream after 30 minutes, so a longer connection switches to a new stream before that; a lost one
is replaced (`stream_switcher`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.connection import ledger_rule, problems
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.report import ConnectionReport, StateChange
from flux_desktop.engine.connection.stall_detector import StallDetector
from flux_desktop.engine.connection.stream import StreamFailedError, wait_until
from flux_desktop.engine.connection.stream_switcher import REQUEST_PATIENCE_S, StreamSwitcher
from flux_desktop.engine.measuring.ground_truth import TurnTiming
from flux_desktop.engine.records.audio_events import AudioStarted
from flux_desktop.engine.records.events import ConnectionEnded, Notice
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, LedgerClass
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.engine.sending.file_sender import FileSender
from flux_desktop.engine.sending.microphone_sender import MicrophoneSender
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.flux.kept_turns import KeptTurns
from flux_desktop.flux.messages import (
    ConfigureFailure,
    ConfigureSuccess,
    Connected,
    Error,
    Finalize,
    ForceEndTurn,
    ServerMessage,
    TurnInfo,
    encode,
)
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import TurnTracker


class Connection:
    """One planned connection. `run` returns its ledger class; it raises only for bugs and cancellation."""

    def __init__(
        self, conn: int, context: RunContext, chunks: ChunkSource | None, duration_s: float | None = None
    ) -> None:
        """Without `chunks` the audio is what `push` brings, for `duration_s` seconds or until stopped."""
        self.conn = conn
        self.state = ConnectionState.WAITING
        self.dirty = True
        """Whether the row has changed since somebody last reset this."""
        self.report = ConnectionReport(conn)
        self.on_past_opening: Callable[[], None] | None = None
        """Called once, when the stream is connected or has failed to be: the next one may be opened."""
        self._context = context
        words = context.words_for(conn)
        self._changed = asyncio.Event()
        self._switch_patience_s: float | None = None
        """How long a switch to a new stream may wait for a pause; None while none is wanted."""
        self._all_sent = False
        self._sender = self._new_sender(chunks, duration_s)
        self._receiver = Receiver(
            conn,
            context,
            TurnTracker(
                eager_configured=context.plan.options.eager_eot_threshold is not None,
                finished=KeptTurns(words=False, side_file=context.side_file),  # the recording has the words
            ),
            self._sender,
            TurnTiming(words and words.first(duration_s), context.histograms),
            self._on_message,
        )
        self._controls = ControlChannel(conn, context, self._mark_dirty)
        self._stalls = StallDetector(context.timeouts, self._receiver, self._sender, self._controls)
        self._streams = StreamSwitcher(
            conn,
            context,
            self._sender,
            self._receiver,
            self._controls,
            self.report,
            is_done=lambda: self._all_sent,
            changed=self._changed,
            on_state=self._change_state,
        )

    # ------------------------------------------------------------ from the front end

    def request_stop(self) -> None:
        """Send no more audio and continue with the drain."""
        self._sender.stop()
        self._on_all_sent()

    def set_parameters(self, options: FluxOptions, revision: int, *, new_stream: bool = False) -> None:
        """Take the wanted parameters, in any state: what cannot be sent now is applied by the next stream.

        With `new_stream` a connection that streams switches to a new stream at once.
        """
        if self._controls.want(options, revision) and new_stream and self.state is ConnectionState.STREAMING:
            self._switch(REQUEST_PATIENCE_S)

    def control(self, text: str) -> None:
        """Send a control message as it is, while streaming."""
        if self.state is ConnectionState.STREAMING:
            self._controls.send(text)

    def push(self, chunk: bytes, captured_s: float) -> None:
        """One frame of the microphone, encoded, and the moment at which it was captured."""
        if isinstance(self._sender, MicrophoneSender):
            self._sender.push(chunk, captured_s)

    def device_lost(self, *, go_on: bool) -> None:
        """The microphone is lost: continue with silence, or end."""
        if isinstance(self._sender, MicrophoneSender):
            self._sender.device_lost(go_on=go_on)

    def check(self) -> None:
        """Check whether the stream still moves and how old it is; called a few times a second."""
        stream = self._streams.current
        if self.state is not ConnectionState.STREAMING or stream.is_over:
            return
        assert stream.open_stream is not None
        problem = self._stalls.stalled(stream.open_stream)
        if problem is not None:
            stream.fail(problem)
        elif self._streams.rotation_is_due(quiet=self._receiver.is_quiet):
            self._switch(self._streams.rotation_patience_s)

    # ------------------------------------------------------------ life

    async def run(self) -> LedgerClass:
        """Open the connection, stream until its audio has ended, and close it; returns its ledger class."""
        started_s = self._context.clock()
        try:
            ledger, problem = await self._live()
        except StreamFailedError as failed:
            ledger, problem = failed.ledger, failed.problem
        finally:
            self._past_opening()
            self._sender.stop()
            self._controls.close()
            await self._streams.current.close()
        self._report_end(ledger, problem, self._context.clock() - started_s)
        return ledger

    def abandon(self, problem: Problem) -> None:
        """The run is over for this connection without `run` having reported its end; idempotent."""
        if self.report.ledger is None:
            lost = self._streams.lost
            ledger = ledger_rule.when_abandoned(self.state, was_tried=lost is not None)
            self._report_end(ledger, lost or problem, 0.0)

    async def _live(self) -> tuple[LedgerClass, Problem | None]:
        self._change_state(StateChange(ConnectionState.CONNECTING))
        await self._streams.open_first(self._past_opening)
        self._past_opening()
        if not self._all_sent:
            self._begin_streaming()
        problem = await self._stream()
        if problem is not None:
            return LedgerClass.FAILED, problem
        self._change_state(StateChange(ConnectionState.DRAINING))
        stream = self._streams.current
        problem = await stream.finish(self._controls.send_close, self._sender.was_late) or self._stalls.unanswered()
        self.report.close_s = stream.close_duration_s
        return ledger_rule.when_drained(is_complete=problem is None, has_text=self._receiver.has_text), problem

    def _begin_streaming(self) -> None:
        open_stream, plan = self._streams.current.open_stream, self._context.plan
        assert open_stream is not None
        self._change_state(StateChange(ConnectionState.STREAMING))
        self._sender.start(open_stream, self._context.timers)
        self._receiver.streaming_since_s = self._context.clock()
        if plan.reconfigure is not None and plan.reconfigure_after_s is not None:
            self._controls.configure_later(plan.reconfigure, plan.idle_before_audio_s + plan.reconfigure_after_s)

    async def _stream(self) -> Problem | None:
        """Until all is sent; continues in a new stream when that is due or the present one is lost.

        Returns why the connection is over before all was sent.
        """
        while True:
            await wait_until(self._changed, self._has_to_act, None)
            patience_s, self._switch_patience_s = self._switch_patience_s, None
            if self._all_sent:
                stream = self._streams.current
                return (stream.problem or problems.ended_early()) if stream.is_over else None
            if patience_s is not None:
                await self._streams.switch(patience_s)
            elif (problem := await self._streams.replace_lost()) is not None:
                return problem

    def _has_to_act(self) -> bool:
        return self._all_sent or self._streams.current.is_over or self._switch_patience_s is not None

    def _switch(self, patience_s: float) -> None:
        self._switch_patience_s = patience_s
        self._changed.set()

    def _new_sender(self, chunks: ChunkSource | None, duration_s: float | None) -> FileSender | MicrophoneSender:
        context = self._context
        arguments = (context.clock, context.histograms["pacing"])
        callbacks = {
            "silence_max_s": context.plan.options.eot_timeout_ms_in_force / 1000 + 1.0,
            "settled": lambda silent_s: self._stalls.settled(silent_s),
            "on_begin": self._on_begin,
            "on_audio_end": self._on_audio_end,
            "on_done": self._on_all_sent,
            "on_error": self._on_send_error,
        }
        if chunks is None:
            return MicrophoneSender(context.plan, duration_s, *arguments, **callbacks)
        return FileSender(context.plan, chunks, *arguments, **callbacks)

    # ------------------------------------------------------------ what happens to it

    def _on_message(self, message: ServerMessage) -> None:
        self.dirty = True
        if isinstance(message, TurnInfo):
            return
        if isinstance(message, Connected):
            self._streams.current.connected()
        elif isinstance(message, ConfigureSuccess | ConfigureFailure):
            self._controls.answered(message)
        elif isinstance(message, Error):
            problem = problems.fatal_error(message)
            if problem.code == "control_not_supported" and self._controls.parameters.wanted_in_flight:
                # The build takes no Configure at all: a new stream is opened with the wanted parameters.
                self._controls.parameters.takes_configure = False
                self._sender.pause()
                self._context.emit(Notice(t=self._context.now(), problem=problems.configure_not_supported(self.conn)))
                self._switch(0.0)
            self._streams.current.fail(problem)

    def _on_begin(self, started_s: float) -> None:
        self._context.emit(AudioStarted(t=started_s - self._context.origin_s, conn=self.conn, monotonic_s=started_s))

    def _on_audio_end(self) -> None:
        if self._context.plan.force_end_turn_at_end:
            self._controls.send(encode(ForceEndTurn()))
        if self._context.plan.finalize_at_end:
            self._controls.send(encode(Finalize()))

    def _on_all_sent(self) -> None:
        self._all_sent = True
        self._changed.set()

    def _on_send_error(self, error: Exception) -> None:
        # A stream that has ended underneath reports its reason through `on_end`.
        if not isinstance(error, ProblemError):
            self._streams.current.fail(problems.send_failed(error))

    def _past_opening(self) -> None:
        callback, self.on_past_opening = self.on_past_opening, None
        if callback is not None:
            callback()

    def _mark_dirty(self) -> None:
        self.dirty = True

    # ------------------------------------------------------------ reporting

    @property
    def words(self) -> WordErrors:
        """Word errors of the turns that have ended."""
        return self._receiver.timing.errors

    @property
    def chunks_sent(self) -> int:
        """Audio chunks so far."""
        return self._sender.chunks_sent

    @property
    def messages_received(self) -> int:
        """Server messages so far."""
        return self._receiver.messages_received

    def row(self) -> ConnectionRow:
        """The connection at a glance."""
        return self.report.row(self.state, self._receiver, self._sender, self._controls)

    def _report_end(self, ledger: LedgerClass, problem: Problem | None, duration_s: float) -> None:
        closed = self._receiver.close()
        self.report.ended(ledger, problem, duration_s, self._streams.current.open_stream)
        self._change_state(StateChange(ConnectionState.ENDED))
        summary = self.report.summary(self._receiver, self._sender, self._controls)
        self._context.emit(ConnectionEnded(t=self._context.now(), summary=summary, closed_turn=closed))

    def _change_state(self, change: StateChange) -> None:
        self.state = change.state
        self.dirty = True
        stream, request_id = self._streams.current.open_stream, self._receiver.request_id
        self._context.emit(self.report.changed(change, self._context.now(), request_id, stream))
