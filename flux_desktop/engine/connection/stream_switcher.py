"""The streams of one connection, one after another: opened, rotated, and replaced when lost.

Runs on the engine's event loop. `stream_retries` opens another stream in place of one that failed; when a stream is old
enough to be replaced is decided in `rotation_policy`. The connection's turns, audio time and schedule continue
over all its streams: audio that falls into a gap is not sent late, because nobody speaks at such a pace; it is counted
as not transcribed. Every stream is opened with the parameters that are wanted at that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.report import ConnectionReport, StateChange
from flux_desktop.engine.connection.rotation_policy import RotationPolicy, spread
from flux_desktop.engine.connection.stream import Stream, StreamFailedError, wait_until
from flux_desktop.engine.connection.stream_retries import StreamRetries
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.records.events import Notice
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.engine.sending.base import BaseSender
from flux_desktop.flux.options import FluxOptions

_PAUSE_CHECK_S = 0.08
ROTATION_PATIENCE_S = 10.0
"""How long a rotation that is due waits for a pause in the speech."""
REQUEST_PATIENCE_S = 1.5
"""The same for a switch that was asked for."""


class StreamSwitcher:
    """Owns the connection's streams; `current` is the one in use.

    `lost` is why the stream before failed, while another one is being opened.
    """

    def __init__(
        self,
        conn: int,
        context: RunContext,
        sender: BaseSender,
        receiver: Receiver,
        controls: ControlChannel,
        report: ConnectionReport,
        *,
        is_done: Callable[[], bool],
        changed: asyncio.Event,
        on_state: Callable[[StateChange], None],
    ) -> None:
        """`is_done` says that no audio is left to send; `changed` is set with every end of a stream.

        `on_state` gets each new state.
        """
        self._conn = conn
        self._context = context
        self._sender = sender
        self._receiver = receiver
        self._controls = controls
        self._report = report
        self._is_done = is_done
        self._changed = changed
        self._on_state = on_state
        self._policy = context.timeouts.retry
        self._retries = StreamRetries(
            context,
            controls,
            report,
            new_stream=self._new_stream,
            is_done=is_done,
            changed=changed,
            on_state=on_state,
        )
        self._rotation = RotationPolicy(spread(conn, context.plan.rotate_after_s), context.plan.rotate_latest_s)
        self.lost: Problem | None = None
        self._is_switching = False
        self.current = self._new_stream()

    # ------------------------------------------------------------ the first stream

    async def open_first(self, on_first_failure: Callable[[], None]) -> None:
        """Bring the connection to its first Connected; raises `StreamFailedError` where the policy gives up."""
        started_s = self._context.clock()

        async def open_current(stream: Stream, options: FluxOptions) -> OpenStream:
            if stream is not self.current:
                self.current = stream
                self._receiver.begin_stream(stream)
            return await stream.open(options, lambda: self._on_state(StateChange(ConnectionState.OPENED)))

        options = self._controls.parameters.opening_options
        try:
            opened = await open_current(self.current, options)
        except StreamFailedError as failed:
            await self.current.close()
            on_first_failure()
            self._retries.note_refusal(options, failed.problem)
            self.lost, by_s = failed.problem, started_s + self._policy.opening_s
            _, opened, options = await self._retries.replacement(failed, by_s, ConnectionState.CONNECTING, open_current)
        self.lost = None
        self._report.connected_s = self._context.clock() - started_s
        self._controls.use(opened, options)

    # ------------------------------------------------------------ the following streams

    def rotation_is_due(self, *, quiet: bool) -> bool:
        """Whether the stream is old enough to be replaced; `quiet` means that no turn is open."""
        return not self._is_switching and self._rotation.is_due(self._age_s, quiet=quiet)

    @property
    def rotation_patience_s(self) -> float:
        """How long a rotation may wait for a pause: not beyond the age at which the service ends the stream."""
        return min(ROTATION_PATIENCE_S, max(0.0, self._context.plan.rotate_latest_s - self._age_s))

    async def switch(self, patience_s: float) -> None:
        """Replace the stream: the new one is opened first, then the old one is drained while audio waits a moment.

        The switch waits up to `patience_s` for a pause in the speech, so that no word is divided between two streams;
        without one the place of the cut is reported. Where the new stream cannot be opened the old one continues, if it
        is still open.
        """
        self._is_switching = True
        try:
            await self._open_and_drain(patience_s)
        finally:
            self._is_switching = False

    async def _open_and_drain(self, patience_s: float) -> None:
        new, options = self._new_stream(), self._controls.parameters.opening_options
        try:
            opened = await new.open(options, lambda: None)
            cut = not await self._pause_within(patience_s)
        except StreamFailedError as failed:
            await new.close()
            self._retries.note_refusal(options, failed.problem)
            self._rotation.failed(self._age_s)
            notice = problems.not_rotated(self._conn, failed.problem)
            self._context.emit(Notice(t=self._context.now(), problem=notice))
            return
        except BaseException:  # boundary: cancelled, or a bug; raised again, with no stream left open
            await new.close()
            raise
        if self._is_done() or (self._is_lost and not self._context.plan.reconnect):
            await new.close()
            return
        if self._is_lost:  # meanwhile, so nothing was drained
            self._sender.lose()
            lost = self.current.problem or problems.ended_early()
            self._on_state(StateChange(ConnectionState.RECONNECTING, problem=lost))
            await self.current.close()
            self._come_back(new, opened, options)
            return
        skipped_s = self._sender.skipped_s
        self._sender.pause()
        was_ended = self.current.is_over  # by a message that the build does not support: what it had is not transcribed
        problem = None
        if not was_ended:
            problem = await self.current.finish(self._controls.send_close, self._sender.was_late)
        if problem is not None:
            self._context.emit(Notice(t=self._context.now(), problem=problem))
        await self.current.close()
        received_until_s = max(self._receiver.window_end_s, self.current.audio_offset_s)
        self.current = new
        self._report.rotations += 1
        closed = self._receiver.begin_stream(new)
        self._controls.use(opened, options)
        # Frames of a microphone that did not fit into the sender's buffer during the drain were skipped.
        skipped_s = self._sender.skipped_s - skipped_s
        gap = (received_until_s if was_ended else new.audio_offset_s - skipped_s, new.audio_offset_s)
        self._report.unheard_s += gap[1] - gap[0]
        cut_s = new.audio_offset_s if cut else None
        has_gap = was_ended or skipped_s > 0
        self._on_state(
            StateChange(ConnectionState.STREAMING, gap=gap if has_gap else None, closed_turn=closed, cut_s=cut_s)
        )
        if not self._is_done():
            self._sender.resume(opened)

    async def _pause_within(self, patience_s: float) -> bool:
        """Wait for a pause in the speech; False where none came in time."""

        def is_pause() -> bool:
            return self._receiver.is_quiet and self._sender.is_in_pause

        def is_over() -> bool:
            return self._is_done() or self.current.is_over

        by_s = self._context.clock() + patience_s
        while not is_over() and not is_pause():
            left_s = by_s - self._context.clock()
            if left_s <= 0:
                return False
            await wait_until(self._changed, is_over, min(left_s, _PAUSE_CHECK_S))
        return True

    @property
    def _is_lost(self) -> bool:
        """Whether the stream is over, except where a build ended it because of a message: that is known already."""
        problem = self.current.problem
        return self.current.is_over and (problem is None or problem.code != "control_not_supported")

    async def replace_lost(self) -> Problem | None:
        """The stream is lost: continue in a new one.

        Returns None when the connection streams again, else why it does not.
        """
        context, old = self._context, self.current
        lost = old.problem or problems.ended_early()
        by_s = context.clock() + self._policy.regain_s
        self.lost = lost
        self._sender.lose()
        self._controls.suspend()
        self._retries.stood(self._age_s)
        await old.close()

        async def open_beside(stream: Stream, options: FluxOptions) -> OpenStream:
            return await stream.open(options, lambda: None)

        failed = StreamFailedError(LedgerClass.FAILED, lost)
        try:
            new, opened, options = await self._retries.replacement(
                failed, by_s, ConnectionState.RECONNECTING, open_beside
            )
        except StreamFailedError as last:
            return problems.not_regained(lost, last.problem)
        self.lost = None
        self._come_back(new, opened, options)
        return None

    def _come_back(self, new: Stream, opened: OpenStream, options: FluxOptions) -> None:
        old, self.current = self.current, new
        received_until_s = max(self._receiver.window_end_s, old.audio_offset_s)
        self._sender.skip_gap()
        closed = self._receiver.begin_stream(new)
        self._controls.use(opened, options)
        gap = (received_until_s, new.audio_offset_s)
        self._report.reconnects += 1
        self._report.unheard_s += gap[1] - gap[0]
        self._on_state(StateChange(ConnectionState.STREAMING, gap=gap, closed_turn=closed))
        if not self._is_done():
            self._sender.resume(opened)

    # ------------------------------------------------------------ inner

    @property
    def _age_s(self) -> float:
        return self._context.clock() - self.current.accepted_s

    def _new_stream(self) -> Stream:
        return Stream(self._context, self._take_message, self._changed.set)

    def _take_message(self, stream: Stream, payload: bytes, received_s: float) -> None:
        if stream is self.current:
            self._receiver.take(payload, received_s, is_closing=self._controls.is_closing)
        else:  # a stream that is still being opened sends Connected, and nothing else that counts
            self._receiver.take_early(payload, received_s, stream.connected)
