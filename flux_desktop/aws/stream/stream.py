"""One open bidirectional SageMaker stream: sending, receiving, and how it ended.

Runs on the event loop's thread. Sending is synchronous: a chunk is framed, signed and handed to the network thread in
one pass, without a task, a future or a lock. Received messages go to the stream's listener in order.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping

from flux_desktop.aws.errors.answer_texts import clock_step_problem
from flux_desktop.aws.errors.connect_errors import Address, connect_problem, other_answer_problem
from flux_desktop.aws.errors.errors import broken_stream_problem, exception_problem, read_exception
from flux_desktop.aws.stream.channel import Channel
from flux_desktop.aws.stream.sdk_plugins import Publisher
from flux_desktop.aws.stream.send_queue import ChannelClosedError
from flux_desktop.aws.target import ConnectTimings, EndKind, StreamClosedError, StreamEnd, StreamListener, StreamTarget
from flux_desktop.aws.wire.event_headers import EventStreamError
from flux_desktop.aws.wire.event_stream import EVENT_STREAM, DataType, Frame, FrameDecoder
from flux_desktop.base.clock import ClockWatch
from flux_desktop.base.problem import Problem

#: Longer than any message that Flux sends.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
#: AWS accepts signatures that are up to five minutes off; a clock that was exact before has to be set by that much.
_CLOCK_STEP_S = 240.0


_ANSWER_PROMPT_S = 5.0
"""After a control message: how long it took to be answered is measured when the answer is delivered."""


class _DiscardingListener:
    """Listener that ignores everything; replaces the real one after `on_end`."""

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        """Ignored."""

    def on_end(self, end: StreamEnd) -> None:
        """Ignored: the end has been reported."""


_DISCARD = _DiscardingListener()


class SageMakerStream:
    """An open stream, created by `StreamOpener.open`.

    After `on_end`, sending raises `StreamClosedError`. `unknown_events` counts received events of unknown types,
    which are skipped.
    """

    def __init__(self, target: StreamTarget, listener: StreamListener) -> None:
        self._target = target
        self._listener: StreamListener = listener
        self._channel: Channel | None = None
        self._publisher: Publisher | None = None
        self._decoder = FrameDecoder()
        self._has_frames = False
        self._content_type = EVENT_STREAM
        self._parts: list[bytes] = []
        self._parts_bytes = 0
        self._parts_are_text = False
        self._held: list[Callable[[], None]] | None = []
        self._close_requested = False
        self._input_ended = False
        self._end: StreamEnd | None = None
        self._clock = ClockWatch()
        self.invoked_variant = ""
        self.aws_request_id = ""
        self.unknown_events = 0

    # ------------------------------------------------------------ for the engine

    @property
    def timings(self) -> ConnectTimings:
        return self._live_channel().timings

    @property
    def end(self) -> StreamEnd | None:
        """How the stream ended; None while it is open."""
        return self._end

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the connection has not accepted yet; grows when the peer stops reading."""
        return 0 if self._end else self._live_channel().unsent_bytes

    @property
    def oldest_unsent_s(self) -> float:
        """Age in seconds of the oldest of `unsent_bytes`; 0 if there are none."""
        return 0.0 if self._end else self._live_channel().oldest_unsent_s

    def send_audio(self, chunk: bytes) -> None:
        """Send one binary message. Never blocks. Raises `StreamClosedError` if the stream has ended."""
        if self._end is not None or self._input_ended or self._publisher is None:
            raise self._closed_error()
        try:
            self._publisher.publish(chunk, "BINARY")
        except ChannelClosedError as error:
            # The network has already ended it; `on_end` follows.
            raise self._closed_error() from error

    def send_text(self, text: str) -> None:
        """Send one JSON control message. Sending CloseStream makes the server's end an expected one."""
        if '"CloseStream"' in text:
            self._close_requested = True
        self._publish(text.encode(), "UTF8")
        self._live_channel().prompt_until_s = time.monotonic() + _ANSWER_PROMPT_S

    def end_input(self) -> None:
        """The signed empty frame and END_STREAM. Harmless when repeated or after the end."""
        self._close_requested = True
        channel = self._live_channel()
        if self._input_ended or self._publisher is None or not channel.is_writable:
            return
        self._input_ended = True
        with contextlib.suppress(ChannelClosedError):  # already ended: `on_end` follows
            self._publisher.finish()

    async def close(self) -> None:
        """Drop the connection within `StreamTimeouts.close_s`. Idempotent; may be cancelled.

        Frames of `end_input` are sent first. A stream that was still open ends as ``closed_by_us``.
        """
        channel = self._live_channel()
        try:
            if self._input_ended:
                await channel.settle()
        finally:
            channel.drop()
            self._finish("closed_by_us", None)
        await channel.close()

    # ------------------------------------------------------------ for the opener

    def attach(self, channel: Channel, publisher: Publisher) -> None:
        """Take over the channel of a stream that the service has accepted."""
        fields = {name.lower(): value for name, value in channel.headers}
        self._channel = channel
        self._publisher = publisher
        self._content_type = fields.get("content-type", "")
        self.invoked_variant = fields.get("x-amzn-invoked-production-variant", "")
        self.aws_request_id = fields.get("x-amzn-requestid", "")

    def release(self) -> None:
        """Deliver what was received before this call, and from now on everything at once."""
        held, self._held = self._held or [], None
        for arrival in held:
            arrival()

    # ------------------------------------------------------------ arrivals

    def on_bytes(self, data: bytes, received_s: float) -> None:
        """`ChannelSink`: bytes of the response, in order."""
        if self._end is not None:
            return
        if self._held is not None:
            self._held.append(lambda: self.on_bytes(data, received_s))
            return
        try:
            message = None if self._parts else self._decoder.feed_message(data)
            frames = self._decoder.feed(data) if message is None else None
        except EventStreamError as error:
            self._finish("protocol_error", self._unframed_problem(str(error), self._decoder.pending + data))
            return
        if message is not None:
            self._listener.on_message(*message, received_s)
        for frame in frames or ():
            self._on_frame(frame, received_s)
            if self._end is not None:
                return
        if self._has_frames or frames == []:
            return
        self._has_frames = True
        if self._channel is not None and self._channel.prompt_until_s == math.inf:
            self._channel.prompt_until_s = 0.0  # the stream is open, and what follows has its time of arrival

    def on_input_over(self, problem: Problem | None, at_s: float) -> None:
        """`ChannelSink`: the peer's side is over, orderly or with a `problem`."""
        if self._held is not None:
            self._held.append(lambda: self.on_input_over(problem, at_s))
        elif problem is not None:
            self._finish("reset", problem, at_s)
        elif self._decoder.pending or self._is_other_content:
            problem = self._unframed_problem("the stream ends inside a frame", self._decoder.pending)
            self._finish("protocol_error", problem, at_s)
        elif self._close_requested and self._parts:
            self._finish("protocol_error", broken_stream_problem("the stream ends inside a message"), at_s)
        elif self._close_requested:
            self._finish("clean", None, at_s)
        else:
            self._finish("reset", connect_problem("ended_early", self._address), at_s)

    def _on_frame(self, frame: Frame, received_s: float) -> None:
        headers = frame.headers
        kind = headers.get(":message-type")
        if kind == "event":
            if headers.get(":event-type") == "PayloadPart":
                self._on_part(headers, frame.payload, received_s)
            else:
                self.unknown_events += 1
        elif kind == "exception":
            self._on_exception(str(headers.get(":exception-type", "")), frame.payload)
        elif kind == "error":
            message, code = str(headers.get(":error-message", "")), str(headers.get(":error-code", ""))
            self._finish("unmodelled_error", self._exception_problem(code, message))
        else:
            self.unknown_events += 1

    def _on_part(self, headers: Mapping[str, object], payload: bytes, received_s: float) -> None:
        partial = headers.get("CompletionState") == "PARTIAL"
        if not partial and not self._parts:
            self._listener.on_message(payload, headers.get("DataType") == "UTF8", received_s)
            return
        if not self._parts:
            self._parts_are_text = headers.get("DataType") == "UTF8"
        self._parts.append(payload)
        self._parts_bytes += len(payload)
        if self._parts_bytes > MAX_MESSAGE_BYTES:
            self._finish("protocol_error", broken_stream_problem("one message is longer than 16 MiB"))
        elif not partial:
            whole, self._parts, self._parts_bytes = b"".join(self._parts), [], 0
            self._listener.on_message(whole, self._parts_are_text, received_s)

    def _on_exception(self, kind: str, payload: bytes) -> None:
        message, code = read_exception(payload)
        kinds: dict[str, EndKind] = {
            "ModelStreamError": "model_stream_error",
            "InternalStreamFailure": "internal_stream_failure",
        }
        self._finish(kinds.get(kind, "unmodelled_error"), self._exception_problem(kind, message, code))

    # ------------------------------------------------------------ inner

    def _exception_problem(self, kind: str, message: str, error_code: str = "") -> Problem:
        return exception_problem(kind, message, error_code, self._target.endpoint_name)

    @property
    def _address(self) -> Address:
        return Address(self._target.host, self._target.port)

    @property
    def _is_other_content(self) -> bool:
        """Whether nothing that was received, nor the content type, speaks for an event stream."""
        return not self._has_frames and self._content_type.partition(";")[0].strip().lower() != EVENT_STREAM

    def _unframed_problem(self, detail: str, begin: bytes) -> Problem:
        # The length that a frame begins with has a first byte of 0 or 1, which no text has.
        if self._is_other_content or (not self._has_frames and begin[:1] > b"\1"):
            return other_answer_problem(self._address, self._content_type, begin)
        return broken_stream_problem(detail)

    def _publish(self, payload: bytes, data_type: DataType) -> None:
        if self._end is not None or self._input_ended or self._publisher is None:
            raise self._closed_error()
        try:
            self._publisher.publish(payload, data_type)
        except ChannelClosedError as error:
            # The network has already ended it; `on_end` follows.
            raise self._closed_error() from error

    def _closed_error(self) -> StreamClosedError:
        why = self._end.problem.what if self._end and self._end.problem else ""
        return StreamClosedError(Problem(code="stream_closed", what="The stream has already ended.", why=why))

    def _finish(self, kind: EndKind, problem: Problem | None, at_s: float | None = None) -> None:
        if self._end is not None:
            return
        # Errors that SageMaker's model does not name include rejected signatures. Other ends are retried first: a clock
        # that is still wrong is then reported by the refusal of the new stream.
        if problem is not None and kind == "unmodelled_error" and abs(step_s := self._clock.step_s) >= _CLOCK_STEP_S:
            problem = clock_step_problem(step_s, problem)
        self._end = StreamEnd(
            kind=kind,
            problem=problem,
            at_s=time.monotonic() if at_s is None else at_s,
            after_close=self._close_requested,
        )
        if kind != "clean":
            self._live_channel().drop()
        # The listener refers to the stream as well: break the reference cycle, which would be collected late or never.
        listener, self._listener = self._listener, _DISCARD
        listener.on_end(self._end)

    def _live_channel(self) -> Channel:
        assert self._channel is not None, "the stream has not been opened"
        return self._channel
