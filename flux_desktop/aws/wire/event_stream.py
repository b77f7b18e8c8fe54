"""Event-stream frames as pure functions of bytes, for both ends of a bidirectional SageMaker stream.

A frame is ``u32 total | u32 headers | u32 crc32(first 8) | headers | payload | u32 crc32(all before)``,
big-endian. What a client sends is an *inner* frame (one ``PayloadPart``) wrapped whole into an *outer* frame
whose two headers carry the event's date and its signature (`event_signatures`).
"""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from flux_desktop.aws.wire.event_headers import (
    MAX_HEADERS_BYTES,
    EventStreamError,
    HeaderValue,
    TimestampMs,
    decode_headers,
    encode_headers,
    read_headers,
)

__all__ = [
    "CompletionState",
    "DataType",
    "EventStreamError",
    "Frame",
    "FrameDecoder",
    "HeaderValue",
    "TimestampMs",
    "decode_message",
    "encode_message",
    "payload_part",
]

MAX_PAYLOAD_BYTES = 16 * 1024 * 1024
FRAME_OVERHEAD_BYTES = 16
OCTET_STREAM = "application/octet-stream"
EVENT_STREAM = "application/vnd.amazon.eventstream"

DataType = Literal["UTF8", "BINARY"]
CompletionState = Literal["PARTIAL", "COMPLETE"]


class Frame(NamedTuple):
    """A decoded frame. Header names are unique; values keep their wire type."""

    headers: Mapping[str, HeaderValue]
    payload: bytes


# ---------------------------------------------------------------- frames

_PRELUDE = struct.Struct(">III")
PRELUDE_BYTES = _PRELUDE.size
_U32_PAIR = struct.Struct(">II")


def frame_head(headers: bytes, payload_length: int, *, more_headers: int = 0) -> tuple[bytes, int]:
    """Prelude and headers, and the CRC of both; `more_headers` bytes of headers and the payload follow."""
    headers_length = len(headers) + more_headers
    lengths = _U32_PAIR.pack(FRAME_OVERHEAD_BYTES + headers_length + payload_length, headers_length)
    head = lengths + zlib.crc32(lengths).to_bytes(4, "big") + headers
    return head, zlib.crc32(head)


def encode_message(headers: Sequence[tuple[str, HeaderValue]], payload: bytes) -> bytes:
    """One frame. Raises `EventStreamError` if headers or payload are over the limits."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise EventStreamError("length", f"a payload of {len(payload)} bytes is too long")
    head, crc = frame_head(encode_headers(headers), len(payload))
    return b"".join((head, payload, zlib.crc32(payload, crc).to_bytes(4, "big")))


def decode_message(data: bytes) -> Frame:
    """Read exactly one whole frame, such as the payload of an outer frame. Raises `EventStreamError`."""
    if len(data) < 12:
        raise EventStreamError("truncated", f"{len(data)} bytes are not a frame")
    total, headers_size = _read_prelude(data[: _PRELUDE.size])
    if total != len(data):
        raise EventStreamError("truncated", f"{len(data)} bytes where the frame has {total}")
    return _split(data, headers_size)


def _split(data: bytes, headers_size: int) -> Frame:
    """Split a complete frame with valid lengths into headers and payload."""
    if zlib.crc32(memoryview(data)[:-4]) != int.from_bytes(data[-4:], "big"):
        raise EventStreamError("message_crc", "the frame's checksum does not match its bytes")
    headers_end = 12 + headers_size
    return Frame(read_headers(data[12:headers_end]), data[headers_end:-4])


class FrameDecoder:
    """Splits a byte stream into frames, whatever its pieces are.

    A decoder that has raised cannot be used again: the start of the next frame is unknown.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes | memoryview) -> list[Frame]:
        """All frames that `data` completes. Raises `EventStreamError` on bad lengths, CRCs or headers."""
        buffer = self._rest + data if self._rest else bytes(data)
        frames: list[Frame] = []
        at, size = 0, len(buffer)
        while size - at >= 12:
            total, headers_size = _read_prelude(buffer[at : at + _PRELUDE.size])
            end = at + total
            if size < end:
                break
            # A read usually brings exactly one frame, which need not be copied.
            frames.append(_split(buffer if total == size else buffer[at:end], headers_size))
            at = end
        self._rest = buffer[at:] if at else buffer
        return frames

    def feed_message(self, data: bytes) -> tuple[bytes, bool] | None:
        """The payload of `data` that is exactly one whole message of the model, and whether that is text.

        None for all other data, which nothing is taken of: it goes through `feed`, which tells what is wrong with it.
        Raises `EventStreamError` on bad lengths.
        """
        if self._rest or len(data) < PRELUDE_BYTES:
            return None
        total, headers_size = _read_prelude(data[:PRELUDE_BYTES])
        if total != len(data):
            return None
        headers_end = PRELUDE_BYTES + headers_size
        is_text = _is_text_of_whole_part(data[PRELUDE_BYTES:headers_end])
        if is_text is None or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "big"):
            return None
        return data[headers_end:-4], is_text

    @property
    def pending(self) -> bytes:
        """What has come of a frame that is not complete yet."""
        return self._rest

    def finish(self) -> None:
        """Raises `EventStreamError` of kind ``truncated`` if the stream ended inside a frame."""
        if self._rest:
            raise EventStreamError("truncated", f"{len(self._rest)} bytes of an incomplete frame are left")


@functools.lru_cache(maxsize=512)
def _read_prelude(prelude: bytes) -> tuple[int, int]:
    """Length of the frame and of its headers. Cached: all chunks of one size begin with the same bytes."""
    total, headers_size, crc = _PRELUDE.unpack(prelude)
    if zlib.crc32(prelude[:8]) != crc:
        raise EventStreamError("prelude_crc", "the checksum of the frame's lengths does not match")
    payload_size = total - FRAME_OVERHEAD_BYTES - headers_size
    if headers_size > MAX_HEADERS_BYTES or not 0 <= payload_size <= MAX_PAYLOAD_BYTES:
        raise EventStreamError("length", f"total {total} bytes with {headers_size} bytes of headers")
    return total, headers_size


@functools.lru_cache(maxsize=16)
def _is_text_of_whole_part(block: bytes) -> bool | None:
    """Whether the part that has these headers is text; None where it is no part of a message, or not the whole of one.

    Cached: nearly all frames of a server have the same headers.
    """
    try:
        headers = decode_headers(block)
    except EventStreamError:
        return None
    if (headers.get(":message-type"), headers.get(":event-type")) != ("event", "PayloadPart"):
        return None
    return None if headers.get("CompletionState") == "PARTIAL" else headers.get("DataType") == "UTF8"


# ---------------------------------------------------------------- payload parts


@functools.lru_cache(maxsize=512)
def _part_head(data_type: str | None, completion_state: str | None, length: int) -> tuple[bytes, int]:
    headers: list[tuple[str, HeaderValue]] = [(":message-type", "event"), (":event-type", "PayloadPart")]
    if data_type is not None:
        headers.append(("DataType", data_type))
    if completion_state is not None:
        headers.append(("CompletionState", completion_state))
    if length:
        headers.append((":content-type", OCTET_STREAM))
    return frame_head(encode_headers(headers), length)


def binary_head(length: int) -> tuple[bytes, int]:
    """Prelude and headers of the part that carries a binary message of `length` bytes, and the CRC of both."""
    return _part_head("BINARY", None, length)


BINARY_OVERHEAD_BYTES = len(binary_head(1)[0]) + 4
"""What such a part has beside its payload, unless that is empty."""


def payload_part(
    payload: bytes,
    data_type: DataType | None,
    completion_state: CompletionState | None = None,
) -> bytes:
    """The inner event that carries `payload` unchanged: text for ``UTF8``, otherwise a binary message."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise EventStreamError("length", f"a payload of {len(payload)} bytes is too long")
    head, crc = _part_head(data_type, completion_state, len(payload))
    return b"".join((head, payload, zlib.crc32(payload, crc).to_bytes(4, "big")))
