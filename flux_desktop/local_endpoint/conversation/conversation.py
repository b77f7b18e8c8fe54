"""The server's side of one Flux stream: audio and control messages in, Flux messages out, in order.

Callbacks on one event loop, no tasks. Audio and control messages that recognition has not reached yet wait in a queue,
which continues when the recogniser answers: results never overtake the audio, and a slow recogniser shows as latency.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from flux_desktop.flux.bundles import Bundle
from flux_desktop.flux.changes import applied
from flux_desktop.flux.messages import (
    ClientMessage,
    CloseStream,
    Configure,
    ConfigureFailure,
    ConfigureSuccess,
    Connected,
    Error,
    Finalize,
    ForceEndTurn,
    MessageError,
    ThresholdsInForce,
    TurnEvent,
    Unknown,
    Warning_,
    parse_client_message,
)
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation.messages_out import TurnInfoOut, model_stream_error, text_frame, turn_info
from flux_desktop.local_endpoint.conversation.validation import RefusedError, check_change
from flux_desktop.local_endpoint.recognition.decode_pool import PoolFullError
from flux_desktop.local_endpoint.recognition.pools import MULTI_MODEL
from flux_desktop.local_endpoint.recognition.recogniser import Recognised, Recogniser, RecognitionFailedError
from flux_desktop.local_endpoint.recognition.turn_taking import ConfidenceOffset, TurnStep, TurnTaker, TurnThresholds

_BINARY_TYPES = (None, "BINARY")


class ServerConversation:
    """One stream, independent of HTTP. `send` takes complete event-stream frames; `ended` is called once.

    Each message is sent in `parts` parts. After `ended` nothing more is sent, whatever is received.
    """

    def __init__(
        self,
        *,
        request_id: str,
        options: FluxOptions,
        bundle: Bundle,
        recogniser: Recogniser,
        send: Callable[[bytes], None],
        ended: Callable[[], None],
        parts: int = 1,
        residual: ConfidenceOffset | None = None,
    ) -> None:
        self.request_id = request_id
        self.options = options
        self.recogniser = recogniser
        self.over = False
        self.messages_sent = 0
        self._bundle = bundle
        self._send = send
        self._ended = ended
        self._parts = parts
        self._residual = residual
        self._turns = TurnTaker(_thresholds(options))
        self._turns.confidence_offset = residual.offset if residual else 0.0
        self._queue: deque[Recognised | ClientMessage] = deque()
        self.closing = False
        self._waiting = False
        self._silent_update: TurnInfoOut | None = None

    def start(self) -> None:
        """Send Connected, before any audio is received."""
        self._send_message(Connected(request_id=self.request_id, sequence_id=self.messages_sent))

    def receive(self, data_type: object, payload: bytes) -> None:
        """Take one complete message of the client: a control message if `data_type` is ``UTF8``, else audio."""
        if data_type in _BINARY_TYPES:
            self.receive_audio(payload)
        elif not (self.over or self.closing):
            self._receive_text(payload)

    def close(self) -> None:
        """Release the recogniser and send nothing more. Idempotent."""
        self.over = True
        self._ended = _do_nothing  # breaks a reference cycle: streams are freed without the garbage collector
        self._queue.clear()
        self.recogniser.close()

    # ------------------------------------------------------------ receiving

    def receive_audio(self, payload: bytes) -> None:
        """Take one binary message."""
        if self.over or self.closing:
            return
        silent_until_s = self.recogniser.hear_silence(payload)
        if silent_until_s is not None:
            if self._turns.pass_silence(silent_until_s):
                self._send_silent_update(silent_until_s)
            return
        try:
            frames = self.recogniser.feed(payload)
        except PoolFullError:
            self._fail_full()
            return
        for frame in frames:
            if self.over:
                return
            # The queue is used only while recognition is behind.
            if self._queue or not self._take_frame(frame):
                self._queue.append(frame)

    def _receive_text(self, payload: bytes) -> None:
        try:
            message = parse_client_message(payload)
        except MessageError as error:
            self._fail_unparsable(error.detail)
            return
        name = message.type if isinstance(message, Unknown) else type(message).__name__
        if isinstance(message, Unknown) or not self._bundle.takes(name):
            self._fail_unparsable(f"unknown variant `{name}`, expected {self._accepted()}")
            return
        if isinstance(message, CloseStream):
            self.closing = True
        try:
            if isinstance(message, CloseStream):
                self._queue.extend(self.recogniser.finish())
            elif isinstance(message, Finalize):
                self._queue.extend(self.recogniser.settle())
        except PoolFullError:
            self._fail_full()
            return
        self._queue.append(message)
        self._process_queue()

    def _accepted(self) -> str:
        names = [f"`{name}`" for name in sorted(self._bundle.controls) if self._bundle.takes(name)]
        if len(names) < 3:
            return " or ".join(names)
        return f"one of {', '.join(names)}"

    # ------------------------------------------------------------ the queue

    def _process_queue(self) -> None:
        if self._waiting:
            return
        while self._queue and not self.over:
            item = self._queue[0]
            if isinstance(item, Recognised):
                if not self._take_frame(item):
                    return
            else:
                self._take_control(item)
            if self._queue:
                self._queue.popleft()

    def _resume(self) -> None:
        self._waiting = False
        if not self.over:
            self._process_queue()

    def _take_frame(self, frame: Recognised) -> bool:
        """Send what a frame of audio causes; False where recognition has not reached it yet."""
        try:
            words = self.recogniser.words(frame)
        except RecognitionFailedError:
            self._fail("INTERNAL_SERVER_ERROR", "Recognition has stopped for this stream.")
            return True
        if words is None:
            self._waiting = True
            self.recogniser.when_ready(frame, self._resume)
            return False
        for step in self._turns.advance(frame.end_s, frame.speech, words):
            self._send_step(step)
        return True

    def _take_control(self, message: ClientMessage) -> None:
        if isinstance(message, Configure):
            self._configure(message)
        elif isinstance(message, ForceEndTurn):
            self._force_end_turn()
        elif isinstance(message, CloseStream):
            for step in self._turns.close(
                self.recogniser.heard_s, self.recogniser.last_words, ends_turn=self._bundle.ends_turn_on_close
            ):
                self._send_step(step)
            self._end()
        elif isinstance(message, Finalize):
            self._send_step(self._turns.report())  # its words are final by now
        # KeepAlive has no effect.

    def _configure(self, message: Configure) -> None:
        after = applied(self.options, message)
        try:
            check_change(self.options, message, after, self._bundle)
        except RefusedError as refusal:
            self._send_message(
                ConfigureFailure(
                    request_id=self.request_id,
                    sequence_id=self.messages_sent,
                    code=refusal.code,
                    description=refusal.description,
                )
            )
            return
        self.options = after
        self._silent_update = None
        self._turns.thresholds = _thresholds(after)
        self._send_message(
            ConfigureSuccess(
                request_id=self.request_id,
                sequence_id=self.messages_sent,
                thresholds=ThresholdsInForce(
                    after.eager_eot_threshold, after.eot_threshold_in_force, after.eot_timeout_ms_in_force
                ),
                keyterms=list(after.keyterms),
                language_hints=list(after.language_hints) if after.model == MULTI_MODEL else None,
                numerals=bool(after.numerals),
            )
        )

    def _force_end_turn(self) -> None:
        step = self._turns.force_end()
        if step is not None:
            self._send_step(step)
            return
        self._send_message(
            Warning_(
                request_id=self.request_id,
                sequence_id=self.messages_sent,
                code="FORCE_END_TURN_NO_ACTIVE_TURN",
                description="There is no active turn to end.",
            )
        )

    # ------------------------------------------------------------ sending

    def _send_step(self, step: TurnStep) -> None:
        if step.event is TurnEvent.END_OF_TURN and self._residual is not None:
            self._residual.turn_ended()
            self._turns.confidence_offset = self._residual.offset
        if step.event is TurnEvent.END_OF_TURN and step.words:
            self.recogniser.forget(step.words[-1].end_s)
        self._send_message(turn_info(step, self.request_id, self.messages_sent, self.options, self._bundle))

    def _send_silent_update(self, end_s: float) -> None:
        """Send the Update of a stream in which nothing is ever said. Such Updates differ in two fields only."""
        update = self._silent_update
        if update is None:
            update = turn_info(self._turns.report(), self.request_id, 0, self.options, self._bundle)
            self._silent_update = update
        update.audio_window_end = round(end_s, 2)
        update.sequence_id = self.messages_sent
        self._send_message(update)

    def _send_message(self, message: msgspec.Struct) -> None:
        if not self.over:
            self._send(text_frame(message, self._parts))
            self.messages_sent += 1

    def _fail_unparsable(self, detail: str) -> None:
        self._fail("UNPARSABLE_CLIENT_MESSAGE", f"Could not deserialize last text message: {detail}")

    def _fail_full(self) -> None:
        self._fail(
            "INTERNAL_SERVER_ERROR",
            "This endpoint already decodes as many different recordings as it can in real time.",
        )

    def _fail(self, code: str, description: str) -> None:
        """Send a fatal Error as Flux does, then what SageMaker reports when the container closes."""
        self._send_message(Error(sequence_id=self.messages_sent, code=code, description=description))
        if not self.over:
            self._send(model_stream_error(f"The model closed the stream: {code}", "MODEL_STREAM_ERROR"))
        self._end()

    def _end(self) -> None:
        if not self.over:
            ended = self._ended
            self.close()
            ended()


def _do_nothing() -> None:
    """The end has been reported, or nothing listens for it any more."""


def _thresholds(options: FluxOptions) -> TurnThresholds:
    return TurnThresholds(options.eot_threshold_in_force, options.eager_eot_threshold, options.eot_timeout_ms_in_force)
