"""Messages that the endpoint sends: Flux messages with every field of a live server, inside event-stream frames.

`flux.messages` omits defaults when it encodes, which is right for a client. A live ``TurnInfo`` has an empty transcript
and an empty list of words too, so the outgoing message is a separate struct.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Struct, UnsetType

from flux_desktop.aws.wire.event_stream import encode_message, payload_part
from flux_desktop.flux.bundles import Bundle
from flux_desktop.flux.messages import Word
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.recognition.pools import MULTI_MODEL
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord, TurnStep

_encoder = msgspec.json.Encoder()


class TurnInfoOut(Struct, tag="TurnInfo"):
    """``TurnInfo`` with its fields in the order of captured messages; fields of newer builds may be unset."""

    request_id: str
    event: str
    turn_index: int
    audio_window_start: float
    audio_window_end: float
    transcript: str
    words: list[Word]
    end_of_turn_confidence: float
    sequence_id: int
    trigger: str | UnsetType = UNSET
    languages: list[str] | UnsetType = UNSET
    languages_hinted: list[str] | UnsetType = UNSET


def turn_info(step: TurnStep, request_id: str, sequence_id: int, options: FluxOptions, bundle: Bundle) -> TurnInfoOut:
    """The message for a step, with the fields that the build and the model send."""
    message = TurnInfoOut(
        request_id=request_id,
        event=step.event.value,
        turn_index=step.turn_index,
        audio_window_start=step.window_start_s,
        audio_window_end=step.window_end_s,
        transcript=step.transcript,
        words=[_word(word, with_times=bundle.sends_word_times) for word in step.words],
        end_of_turn_confidence=step.confidence,
        sequence_id=sequence_id,
    )
    if step.trigger is not None and bundle.sends_trigger:
        message.trigger = step.trigger
    if options.model == MULTI_MODEL:
        message.languages = sorted({word.language for word in step.words})
        message.languages_hinted = list(options.language_hints)
    return message


def _word(word: SpokenWord, *, with_times: bool) -> Word:
    if not with_times:
        return Word(word.text, word.confidence)
    return Word(word.text, word.confidence, round(word.start_s, 2), round(word.end_s, 2))


def text_frame(message: Struct, parts: int = 1) -> bytes:
    """Frames of one text message, split into `parts` parts like the fragments of a WebSocket message."""
    data = _encoder.encode(message)
    if parts < 2:
        return payload_part(data, "UTF8")
    size = -(-len(data) // parts)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    last = payload_part(pieces.pop(), "UTF8", "COMPLETE")
    return b"".join([*(payload_part(piece, "UTF8", "PARTIAL") for piece in pieces), last])


def model_stream_error(message: str, code: str) -> bytes:
    """``ModelStreamError``: what SageMaker sends when the container has closed with an error."""
    return _exception("ModelStreamError", {"Message": message, "ErrorCode": code})


def internal_failure(message: str) -> bytes:
    """``InternalStreamFailure``: a failure of the service itself."""
    return _exception("InternalStreamFailure", {"Message": message})


def _exception(name: str, body: dict[str, str]) -> bytes:
    headers = [(":message-type", "exception"), (":exception-type", name), (":content-type", "application/json")]
    return encode_message(headers, _encoder.encode(body))


def unmodelled_error(code: str, message: str) -> bytes:
    """An error that the service model does not contain, such as a wrong chunk signature."""
    return encode_message([(":message-type", "error"), (":error-code", code), (":error-message", message)], b"")
