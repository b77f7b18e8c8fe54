"""One Flux conversation: audio and control messages in, Flux messages out, in the order they came.

Plain callbacks on one event loop, no tasks: what recognition has not caught up with waits in a queue, and the
recogniser's answer moves it on. So results never overtake the audio, and a slow recogniser shows as latency.
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
from flux_desktop.local_endpoint.conversation.messages_out import MULTI_MODEL, model_stream_error, text_frame, turn_info
from flux_desktop.local_endpoint.conversation.validation import RefusedError, check_change
from flux_desktop.local_endpoint.recognition.decode_pool import PoolFullError
from flux_desktop.local_endpoint.recognition.recogniser import Recognised, Recogniser, RecognitionFailedError
from flux_desktop.local_endpoint.recognition.turn_taking import TurnStep, TurnTaker, TurnThresholds

_BINARY_TYPES = (None, "BINARY")


class ServerConversation:
    """One stream behind its HTTP request. `send` takes finished event-stream frames; `ended` is called once.

    Each message is sent in `parts` parts.

    After `ended` nothing more is sent, whatever arrives.
    """

    def __init__(
        self,
        *,
        request_id: str,
        options: FluxOptions,
        bundle: Bundle,
        hearing: Recogniser,
        send: Callable[[bytes], None],
        ended: Callable[[], None],
        parts: int = 1,
    ) -> None:
        self.request_id = request_id
        self.options = options
        self.hearing = hearing
        self.over = False
        self.messages_sent = 0
        self._bundle = bundle
        self._send = send
        self._ended = ended
        self._parts = parts
        self._turns = TurnTaker(_thresholds(options))
        self._queue: deque[Recognised | ClientMessage] = deque()
        self.closing = False
        self._waiting = False

    def start(self) -> None:
        """Say Connected, before any audio."""
        self._say(Connected(request_id=self.request_id, sequence_id=self.messages_sent))

    def receive(self, data_type: object, payload: bytes) -> None:
        """One whole message of the client: audio, or control where `data_type` is ``UTF8``."""
        if self.over or self.closing:
            return
        if data_type in _BINARY_TYPES:
            self._receive_audio(payload)
        else:
            self._receive_text(payload)

    def close(self) -> None:
        """The client is gone: give everything back and send nothing more. Safe to call twice."""
        self.over = True
        self._ended = _told  # whoever listens holds this session too: nothing shall wait for the collector
        self._queue.clear()
        self.hearing.close()

    # ------------------------------------------------------------ receiving

    def _receive_audio(self, payload: bytes) -> None:
        try:
            frames = self.hearing.feed(payload)
        except PoolFullError:
            self._fail_full()
            return
        for frame in frames:
            if self.over:
                return
            # Nothing waits as long as recognition keeps up: the queue is for when it does not.
            if self._queue or not self._hear(frame):
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
                self._queue.extend(self.hearing.finish())
            elif isinstance(message, Finalize):
                self._queue.extend(self.hearing.settle())
        except PoolFullError:
            self._fail_full()
            return
        self._queue.append(message)
        self._work()

    def _accepted(self) -> str:
        names = [f"`{name}`" for name in sorted(self._bundle.controls) if self._bundle.takes(name)]
        if len(names) < 3:
            return " or ".join(names)
        return f"one of {', '.join(names)}"

    # ------------------------------------------------------------ working off the queue

    def _work(self) -> None:
        if self._waiting:
            return
        while self._queue and not self.over:
            item = self._queue[0]
            if isinstance(item, Recognised):
                if not self._hear(item):
                    return
            else:
                self._obey(item)
            if self._queue:
                self._queue.popleft()

    def _resume(self) -> None:
        self._waiting = False
        if not self.over:
            self._work()

    def _hear(self, frame: Recognised) -> bool:
        """False while recognition is behind this frame."""
        try:
            words = self.hearing.words(frame)
        except RecognitionFailedError:
            self._fail("INTERNAL_SERVER_ERROR", "The recogniser of this stream has stopped.")
            return True
        if words is None:
            self._waiting = True
            self.hearing.when_ready(frame, self._resume)
            return False
        for step in self._turns.hear(frame.end_s, frame.speech, words):
            self._say_step(step)
        return True

    def _obey(self, message: ClientMessage) -> None:
        if isinstance(message, Configure):
            self._configure(message)
        elif isinstance(message, ForceEndTurn):
            self._force_end_turn()
        elif isinstance(message, CloseStream):
            for step in self._turns.close(
                self.hearing.heard_s, self.hearing.last_words, ends_turn=self._bundle.ends_turn_on_close
            ):
                self._say_step(step)
            self._end()
        elif isinstance(message, Finalize):
            self._say_step(self._turns.report())  # its words have been settled by now
        # KeepAlive needs nothing done.

    def _configure(self, message: Configure) -> None:
        after = applied(self.options, message)
        try:
            check_change(self.options, message, after, self._bundle)
        except RefusedError as refusal:
            self._say(
                ConfigureFailure(
                    request_id=self.request_id,
                    sequence_id=self.messages_sent,
                    code=refusal.code,
                    description=refusal.description,
                )
            )
            return
        self.options = after
        self._turns.thresholds = _thresholds(after)
        self._say(
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
            self._say_step(step)
            return
        self._say(
            Warning_(
                request_id=self.request_id,
                sequence_id=self.messages_sent,
                code="FORCE_END_TURN_NO_ACTIVE_TURN",
                description="There is no active turn to end.",
            )
        )

    # ------------------------------------------------------------ sending

    def _say_step(self, step: TurnStep) -> None:
        if step.event is TurnEvent.END_OF_TURN and step.words:
            self.hearing.forget(step.words[-1].end_s)
        self._say(turn_info(step, self.request_id, self.messages_sent, self.options, self._bundle))

    def _say(self, message: msgspec.Struct) -> None:
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
        """A fatal error: Flux says so, then SageMaker reports that the container has closed."""
        self._say(Error(sequence_id=self.messages_sent, code=code, description=description))
        if not self.over:
            self._send(model_stream_error(f"The model closed the stream: {code}", "MODEL_STREAM_ERROR"))
        self._end()

    def _end(self) -> None:
        if not self.over:
            ended = self._ended
            self.close()
            ended()


def _told() -> None:
    """The end is told once, or to nobody any more."""


def _thresholds(options: FluxOptions) -> TurnThresholds:
    return TurnThresholds(options.eot_threshold_in_force, options.eager_eot_threshold, options.eot_timeout_ms_in_force)
