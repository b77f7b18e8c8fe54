"""Header blocks of event-stream frames: names and typed values, read and written.

A header is ``u8 name length, name, u8 type, value``; see `event_stream` for the frame around the block.
"""

from __future__ import annotations

import functools
import struct
import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType

MAX_HEADERS_BYTES = 128 * 1024
MAX_HEADER_VALUE_BYTES = 32_767


class TimestampMs(int):
    """A header value of the timestamp type: milliseconds since 1970, UTC."""


HeaderValue = bool | int | bytes | str | TimestampMs | uuid.UUID


class EventStreamError(ValueError):
    """Invalid event-stream bytes; `kind` is a stable name for tests and tables.

    Kinds: ``prelude_crc``, ``message_crc``, ``length``, ``headers``, ``truncated``.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


_FIXED_TYPES: dict[int, struct.Struct] = {
    2: struct.Struct(">b"),
    3: struct.Struct(">h"),
    4: struct.Struct(">i"),
    5: struct.Struct(">q"),
    8: struct.Struct(">q"),
}


def _encode_value(value: HeaderValue) -> bytes:
    if value is True:
        return b"\x00"
    if value is False:
        return b"\x01"
    if isinstance(value, TimestampMs):
        return b"\x08" + struct.pack(">q", value)
    if isinstance(value, int):
        fits_32 = -(2**31) <= value < 2**31
        return b"\x04" + struct.pack(">i", value) if fits_32 else b"\x05" + struct.pack(">q", value)
    if isinstance(value, uuid.UUID):
        return b"\x09" + value.bytes
    kind, raw = (b"\x07", value.encode()) if isinstance(value, str) else (b"\x06", value)
    if len(raw) > MAX_HEADER_VALUE_BYTES:
        raise EventStreamError("headers", f"a header value of {len(raw)} bytes is too long")
    return kind + struct.pack(">H", len(raw)) + raw


def encode_headers(headers: Sequence[tuple[str, HeaderValue]]) -> bytes:
    """The header block, in the order given. Raises `EventStreamError` for what does not fit."""
    parts: list[bytes] = []
    for name, value in headers:
        raw_name = name.encode()
        if not 0 < len(raw_name) < 256:
            raise EventStreamError("headers", f"a header name of {len(raw_name)} bytes")
        parts += (bytes((len(raw_name),)), raw_name, _encode_value(value))
    block = b"".join(parts)
    if len(block) > MAX_HEADERS_BYTES:
        raise EventStreamError("headers", f"{len(block)} bytes of headers")
    return block


def _decode_value(kind: int, block: bytes, at: int) -> tuple[HeaderValue, int]:
    """The value that starts at `at` and the offset after it; IndexError or struct.error if it is cut off."""
    if kind in (0, 1):
        return kind == 0, at
    if kind in _FIXED_TYPES:
        fixed = _FIXED_TYPES[kind]
        number: int = fixed.unpack_from(block, at)[0]
        return (TimestampMs(number) if kind == 8 else number), at + fixed.size
    if kind == 9:
        return uuid.UUID(bytes=block[at : at + 16]), at + 16
    if kind not in (6, 7):
        raise EventStreamError("headers", f"unknown header type {kind}")
    size: int = struct.unpack_from(">H", block, at)[0]
    end = at + 2 + size
    if size > MAX_HEADER_VALUE_BYTES or end > len(block):
        raise EventStreamError("headers", f"a header value of {size} bytes does not fit")
    raw = block[at + 2 : end]
    return (raw if kind == 6 else raw.decode()), end


def decode_headers(block: bytes) -> dict[str, HeaderValue]:
    """Read a whole header block. Raises `EventStreamError` of kind ``headers``."""
    headers: dict[str, HeaderValue] = {}
    at = 0
    try:
        while at < len(block):
            name_end = at + 1 + block[at]
            name = block[at + 1 : name_end].decode()
            if not name or name in headers:
                raise EventStreamError("headers", f"header name {name!r} is empty or repeated")
            headers[name], at = _decode_value(block[name_end], block, name_end + 1)
    except (IndexError, struct.error, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, EventStreamError):
            raise
        raise EventStreamError("headers", f"malformed header block ({error})") from error
    if at != len(block):
        raise EventStreamError("headers", "the last header is cut off")
    return headers


@functools.lru_cache(maxsize=128)
def _decode_repeated_headers(block: bytes) -> Mapping[str, HeaderValue]:
    """Cached: every audio chunk has the same inner block, and parsing it is a third of the decoding."""
    return MappingProxyType(decode_headers(block))


DATE_PREFIX = b"\x05:date\x08"
SIGNATURE_PREFIX = b"\x10:chunk-signature\x06\x00\x20"
SIGNATURE_BYTES = 32
_SIGNED_BLOCK_BYTES = len(DATE_PREFIX) + 8 + len(SIGNATURE_PREFIX) + SIGNATURE_BYTES
_DATE_END = len(DATE_PREFIX) + 8
_SIGNATURE_START = _SIGNED_BLOCK_BYTES - SIGNATURE_BYTES


def read_headers(block: bytes) -> Mapping[str, HeaderValue]:
    if (
        len(block) == _SIGNED_BLOCK_BYTES
        and block.startswith(DATE_PREFIX)
        and block[_DATE_END:_SIGNATURE_START] == SIGNATURE_PREFIX
    ):
        date = TimestampMs(int.from_bytes(block[len(DATE_PREFIX) : _DATE_END], "big", signed=True))
        return {":date": date, ":chunk-signature": block[_SIGNATURE_START:]}
    return _decode_repeated_headers(block) if len(block) <= 256 else decode_headers(block)
