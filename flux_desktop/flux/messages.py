"""Typed client and server messages of Flux ``/v2/listen``.

Every field that a server may send is optional, because documentation and captured streams disagree about which are
always present. Unknown types, events and fields are kept and never fatal.
Source: Deepgram's published SDK types for ``listen.v2`` and its Flux documentation.
"""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from flux_desktop.flux.lenient_json import NOT_JSON, read_nearly_json

TINY_KEEP_ALIVE = b"\x00\x00"
"""One sample of linear16 silence, which keeps a SageMaker stream alive: Flux has no KeepAlive message."""


class TurnEvent(StrEnum):
    """The known values of ``TurnInfo.event``."""

    START_OF_TURN = "StartOfTurn"
    UPDATE = "Update"
    EAGER_END_OF_TURN = "EagerEndOfTurn"
    TURN_RESUMED = "TurnResumed"
    END_OF_TURN = "EndOfTurn"


class MessageError(ValueError):
    """Bytes that are not a message. `kind` is the reason: not_json, not_an_object, no_type or wrong_types."""

    def __init__(self, kind: Literal["not_json", "not_an_object", "no_type", "wrong_types"], detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


class Word(Struct, omit_defaults=True):
    """A recognised word; `start` and `end` are seconds of stream audio, absent from older builds."""

    word: str = ""
    confidence: float | None = None
    start: float | None = None
    end: float | None = None


class Connected(Struct, tag="Connected", omit_defaults=True):
    """First message of a stream, before any audio."""

    request_id: str | None = None
    sequence_id: int | None = None


class TurnInfo(Struct, tag="TurnInfo", omit_defaults=True):
    """State of a turn. `transcript` is the whole turn so far and replaces the previous one."""

    event: str = ""
    request_id: str | None = None
    sequence_id: int | None = None
    turn_index: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    audio_window_start: float | None = None
    audio_window_end: float | None = None
    transcript: str = ""
    words: list[Word] = msgspec.field(default_factory=list)
    end_of_turn_confidence: Annotated[float, Meta(ge=0, le=1.001)] | None = None  # a server may round up
    trigger: str | None = None
    languages: list[str] | None = None
    languages_hinted: list[str] | None = None


class ThresholdsInForce(Struct, omit_defaults=True):
    """Thresholds echoed by a server; members that are not set are absent or null."""

    eager_eot_threshold: float | None = None
    eot_threshold: float | None = None
    eot_timeout_ms: int | None = None


class ConfigureSuccess(Struct, tag="ConfigureSuccess", omit_defaults=True):
    """A Configure was accepted; echoes the whole configuration now in force."""

    request_id: str | None = None
    sequence_id: int | None = None
    thresholds: ThresholdsInForce | None = None
    keyterms: list[str] | None = None
    language_hints: list[str] | None = None
    numerals: bool | None = None


class ConfigureFailure(Struct, tag="ConfigureFailure", omit_defaults=True):
    """A Configure was rejected; the previous configuration stays in force and the stream continues."""

    request_id: str | None = None
    sequence_id: int | None = None
    code: str | None = None
    description: str | None = None


class Warning_(Struct, tag="Warning", omit_defaults=True):  # noqa: N801 - `Warning` is a builtin
    """A notice that does not end the stream."""

    request_id: str | None = None
    sequence_id: int | None = None
    code: str | None = None
    description: str | None = None


class Error(Struct, tag="Error", omit_defaults=True):
    """A fatal error: the server closes the stream right after it."""

    request_id: str | None = None
    sequence_id: int | None = None
    code: str | None = None
    description: str | None = None


class Unknown(Struct):
    """A message of an unknown type, kept unchanged."""

    type: str
    fields: dict[str, Any]
    sequence_id: int | None = None
    request_id: str | None = None


KnownServerMessage = Connected | TurnInfo | ConfigureSuccess | ConfigureFailure | Warning_ | Error
ServerMessage = KnownServerMessage | Unknown


class Thresholds(Struct, omit_defaults=True):
    """The thresholds of a `Configure`; those that are unset do not change."""

    eager_eot_threshold: float | UnsetType = UNSET
    eot_threshold: float | UnsetType = UNSET
    eot_timeout_ms: int | UnsetType = UNSET


class Configure(Struct, tag="Configure", omit_defaults=True):
    """Changes parameters mid-stream. A list replaces the previous list; an empty list clears it."""

    thresholds: Thresholds | UnsetType = UNSET
    keyterms: list[str] | UnsetType = UNSET
    language_hints: list[str] | UnsetType | None = UNSET
    numerals: bool | UnsetType = UNSET


class ForceEndTurn(Struct, tag="ForceEndTurn"):
    """Ends the current turn immediately (newer builds)."""


class CloseStream(Struct, tag="CloseStream"):
    """Asks the server to send the remaining results and to close."""


class Finalize(Struct, tag="Finalize"):
    """A message of Deepgram's older API without turns; Flux answers it with a fatal error."""


class KeepAlive(Struct, tag="KeepAlive"):
    """A message of Deepgram's older API without turns; Flux answers it with a fatal error."""


ClientMessage = Configure | ForceEndTurn | CloseStream | Finalize | KeepAlive

_encoder = msgspec.json.Encoder()
_server_decoder = msgspec.json.Decoder(KnownServerMessage)
_client_decoder = msgspec.json.Decoder(ClientMessage)
_any_decoder = msgspec.json.Decoder()
_CLIENT_TYPES = {kind.__name__ for kind in get_args(ClientMessage)}
_SERVER_TYPES: dict[str, type[KnownServerMessage]] = {
    kind.__name__.rstrip("_"): kind for kind in get_args(KnownServerMessage)
}


def encode(message: ClientMessage | KnownServerMessage) -> str:
    """Return the JSON text of a message."""
    return _encoder.encode(message).decode()


def parse_server_message(data: bytes | str, wrong_fields: list[str] | None = None) -> ServerMessage:
    """Parse one server message; raises `MessageError` and nothing else, whatever the bytes are.

    A field of a wrong type is read where it is clear what is meant ("0" and 0.0 are 0), and is absent elsewhere, as are
    a word without a text and a confidence of 80. Its name is appended to `wrong_fields`, and `NOT_JSON` if the message
    is only nearly JSON. Without its event a TurnInfo is no message.
    """
    try:
        message: ServerMessage = _server_decoder.decode(data)
        return message
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass  # an unknown type, a field of a wrong type, or not a message: distinguished below
    wrong = [] if wrong_fields is None else wrong_fields
    fields = _fields(data, wrong)
    name = fields["type"]
    if name in _SERVER_TYPES:
        known = _read_leniently(_SERVER_TYPES[name], fields, wrong)
        if "event" in wrong:
            raise MessageError("wrong_types", f"{name}: its event is not a text")
        return known
    sequence_id, request_id = fields.get("sequence_id"), fields.get("request_id")
    return Unknown(
        type=name,
        fields=fields,
        sequence_id=sequence_id if type(sequence_id) is int else None,
        request_id=request_id if isinstance(request_id, str) else None,
    )


def message_type(message: ServerMessage) -> str:
    """The message's ``type`` as it is on the wire."""
    return message.type if isinstance(message, Unknown) else type(message).__name__.rstrip("_")


def shift(info: TurnInfo, turns: int, audio_s: float) -> None:
    """Shift a TurnInfo in place by the turns and the audio of earlier streams of the same connection."""
    if info.turn_index is not None:
        info.turn_index += turns
    if info.audio_window_start is not None:
        info.audio_window_start += audio_s
    if info.audio_window_end is not None:
        info.audio_window_end += audio_s
    for word in info.words:
        word.start = None if word.start is None else word.start + audio_s
        word.end = None if word.end is None else word.end + audio_s


def parse_client_message(data: bytes | str) -> ClientMessage | Unknown:
    """Parse one client message, for a server; raises `MessageError` for anything else.

    Types are strict, as on a real server: the string ``"true"`` is not a boolean. So are the fields of a `Configure`.
    """
    try:
        message: ClientMessage = _client_decoder.decode(data)
        if not isinstance(message, Configure):
            return message
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    fields = _fields(data)
    name = fields["type"]
    if name not in _CLIENT_TYPES:
        return Unknown(type=name, fields=fields)
    if name == "Configure" and (unknown := fields.keys() - {"type", *Configure.__struct_fields__}):
        raise MessageError("wrong_types", f"{name}: unknown field `{min(unknown)}`")
    try:
        known: ClientMessage = msgspec.convert(fields, ClientMessage)
        return known
    except msgspec.ValidationError as error:
        raise MessageError("wrong_types", f"{name}: {error}") from None


@cache
def _field_types(kind: type[Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _read_leniently[T: Struct](kind: type[T], fields: dict[str, Any], wrong: list[str]) -> T:
    read = kind()
    for name, field_type in _field_types(kind).items():
        if name in fields:
            try:
                setattr(read, name, msgspec.convert(fields[name], field_type))
            except msgspec.ValidationError:
                wrong.append(name)
                with suppress(msgspec.ValidationError):
                    setattr(read, name, _meant(name, fields[name], field_type))
    return read


def _meant(name: str, value: object, field_type: Any) -> object:
    """What a value of a wrong type stands for; raises `msgspec.ValidationError` where that is not clear."""
    if name == "words" and isinstance(value, list):
        texts = [each for each in value if isinstance(each, dict) and isinstance(each.get("word"), str)]
        return [_read_leniently(Word, each, []) for each in texts]
    if name == "thresholds" and isinstance(value, dict):
        return _read_leniently(ThresholdsInForce, value, [])
    is_word = isinstance(value, str) and not value[-1:].isdigit()  # "nan" and "null" are no numbers
    return msgspec.convert(value, field_type, strict=is_word)


def _fields(data: bytes | str, wrong: list[str] | None = None) -> dict[str, Any]:
    try:
        fields = _any_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        if wrong is None or (fields := read_nearly_json(data)) is None:
            raise MessageError("not_json", f"not JSON: {error}") from None
        wrong.append(NOT_JSON)
    if not isinstance(fields, dict):
        raise MessageError("not_an_object", f"JSON, but not an object: {type(fields).__name__}")
    if not isinstance(fields.get("type"), str):
        raise MessageError("no_type", "an object without a type")
    return fields
