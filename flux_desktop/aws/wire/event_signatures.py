"""The signature chain of a stream's events, as pure functions of bytes: the client signs, the local endpoint verifies.

It uses no clock, socket or event loop; the caller passes the time. What is the same for all streams of a millisecond,
a second or a day is computed once.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import zlib
from binascii import hexlify
from typing import NamedTuple

from flux_desktop.aws.wire.event_headers import DATE_PREFIX, SIGNATURE_BYTES, SIGNATURE_PREFIX, TimestampMs
from flux_desktop.aws.wire.event_stream import (
    BINARY_OVERHEAD_BYTES,
    MAX_PAYLOAD_BYTES,
    PRELUDE_BYTES,
    Frame,
    binary_head,
    frame_head,
)
from flux_desktop.aws.wire.sigv4 import SERVICE, SignatureMismatch, amz_date, scope, signing_key

_HASHED_AT_ONCE_BYTES = 2000
"""From 2048 bytes on hashlib lets other threads run. The network thread then takes over in the middle of a chunk, and
both threads wait for each other: 10 µs for each chunk."""
_HMAC_BLOCK_BYTES = 64
_MAX_SKEW_MS = 300_000
_DATE_AT = PRELUDE_BYTES + len(DATE_PREFIX)
_SIGNATURE_AT = _DATE_AT + 8 + len(SIGNATURE_PREFIX)
_INNER_AT = _SIGNATURE_AT + SIGNATURE_BYTES
_TO_INNER_PAD, _TO_OUTER_PAD = bytes(byte ^ 0x36 for byte in range(256)), bytes(byte ^ 0x5C for byte in range(256))


def sha256_hex(data: bytes) -> bytes:
    """The hash of an inner frame as the chain signs it."""
    digest, start = hashlib.sha256(data[:_HASHED_AT_ONCE_BYTES]), _HASHED_AT_ONCE_BYTES
    while start < len(data):
        digest.update(data[start : start + _HASHED_AT_ONCE_BYTES])
        start += _HASHED_AT_ONCE_BYTES
    return hexlify(digest.digest())


class _Hmac:
    """HMAC-SHA-256 with one key (RFC 2104), whose two first blocks are hashed once: a third of the time of `hmac`."""

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_HMAC_BLOCK_BYTES, b"\0")
        self.inner = hashlib.sha256(block.translate(_TO_INNER_PAD))
        self.outer = hashlib.sha256(block.translate(_TO_OUTER_PAD))

    def digest(self, text: bytes) -> bytes:
        inner, outer = self.inner.copy(), self.outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.digest()


class _Moment:
    """What the signatures of all streams with the same key have in common at one date, in milliseconds since 1970."""

    def __init__(self, secret_key: str, region: str, service: str, date_ms: int) -> None:
        header = DATE_PREFIX + date_ms.to_bytes(8, "big", signed=True)
        self.key, self.preamble = _second(secret_key, region, service, date_ms // 1000)
        self.sign = self.key.digest
        self.inner_key, self.outer_key = self.key.inner, self.key.outer
        self.date_line = b"\n%b\n" % hashlib.sha256(header).hexdigest().encode()
        self._headers = header + SIGNATURE_PREFIX
        self.heads: dict[int, tuple[bytes, int]] = {}
        """What `frame_head` has computed."""

    def frame_head(self, inner_bytes: int) -> tuple[bytes, int]:
        """The outer frame's beginning, up to its signature, and the checksum of that."""
        head = self.heads[inner_bytes] = frame_head(self._headers, inner_bytes, more_headers=SIGNATURE_BYTES)
        return head


@functools.lru_cache(maxsize=8)
def _moment(secret_key: str, region: str, service: str, date_ms: int) -> _Moment:
    return _Moment(secret_key, region, service, date_ms)


@functools.lru_cache(maxsize=16)
def _second(secret_key: str, region: str, service: str, epoch_s: int) -> tuple[_Hmac, bytes]:
    """The key of that day and the first lines of the text that is signed in that second, for all streams."""
    stamp = amz_date(epoch_s)
    # The scope has the event's own date, which changes at midnight UTC mid-stream.
    date = stamp[:8]
    preamble = f"AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{scope(date, region, service)}\n"
    return _day(secret_key, date, region, service), preamble.encode()


@functools.lru_cache(maxsize=16)
def _day(secret_key: str, date: str, region: str, service: str) -> _Hmac:
    return _Hmac(signing_key(secret_key, date, region, service))


class _Moments:
    """The newest `_Moment` of one key: chunks of many streams are signed one after another, at one date."""

    __slots__ = ("_key", "date_ms", "newest")

    def __init__(self, secret_key: str, region: str, service: str) -> None:
        self._key = (secret_key, region, service)
        self.date_ms: int | None = None
        self.newest: _Moment | None = None

    def at(self, date_ms: int) -> _Moment:
        """The moment of that date, from now on the newest."""
        moment = self.newest = _moment(*self._key, date_ms)
        self.date_ms = date_ms
        return moment


_moments = functools.lru_cache(maxsize=8)(_Moments)


class EventSigner:
    """Signs a client's events in sending order; for one writer.

    Each event's signature covers the previous one; the first covers the request's.
    """

    __slots__ = ("_moments", "_prior_hex")

    def __init__(self, secret_key: str, region: str, seed_signature_hex: str, service: str = SERVICE) -> None:
        self._moments = _moments(secret_key, region, service)
        self._prior_hex = seed_signature_hex.encode()

    def sign(self, inner: bytes, now_ms: int, inner_hash: bytes | None = None) -> bytes:
        """The outer frame around an encoded inner frame; `inner_hash` is its `sha256_hex`, where that is known.

        `now_ms`: wall time since 1970.
        """
        moments = self._moments
        moment = moments.newest if moments.date_ms == now_ms else moments.at(now_ms)
        assert moment is not None
        # As `_Hmac.digest`.
        text_hash, outer_hash = moment.inner_key.copy(), moment.outer_key.copy()
        text_hash.update(moment.preamble + self._prior_hex + moment.date_line + (inner_hash or sha256_hex(inner)))
        outer_hash.update(text_hash.digest())
        signature = outer_hash.digest()
        self._prior_hex = hexlify(signature)
        head, crc = moment.heads.get(len(inner)) or moment.frame_head(len(inner))
        crc = zlib.crc32(inner, zlib.crc32(signature, crc))
        return b"".join((head, signature, inner, crc.to_bytes(4, "big")))

    def finish(self, now_ms: int) -> bytes:
        """The signed empty frame that ends the input; END_STREAM follows it."""
        return self.sign(b"", now_ms)


class _ChunkLayout(NamedTuple):
    """What all chunks of one length and date have in common, whichever stream they belong to."""

    size: int
    date_ms: int
    moment: _Moment
    outer_head: bytes
    """From the outer frame's prelude up to its signature."""
    outer_crc: int
    part_head: bytes
    part_crc: int


class _ChunkLayouts:
    """The layout of the chunk that was verified last with one key: many streams send such chunks at a time."""

    def __init__(self, secret_key: str, region: str, service: str) -> None:
        self._scope = secret_key, region, service
        self.last: _ChunkLayout | None = None

    def find(self, data: bytes) -> _ChunkLayout | None:
        """The layout of a chunk of this length and date; None where there is none."""
        inner_bytes = len(data) - _INNER_AT - 4
        if not BINARY_OVERHEAD_BYTES < inner_bytes <= MAX_PAYLOAD_BYTES:
            return None
        date_ms = int.from_bytes(data[_DATE_AT : _DATE_AT + 8], "big", signed=True)
        try:
            moment = _moment(*self._scope, date_ms)
        except (OverflowError, ValueError, OSError):  # not a date
            return None
        self.last = _ChunkLayout(
            len(data),
            date_ms,
            moment,
            *moment.frame_head(inner_bytes),
            *binary_head(inner_bytes - BINARY_OVERHEAD_BYTES),
        )
        return self.last


@functools.lru_cache(maxsize=4)
def _chunk_layouts(secret_key: str, region: str, service: str) -> _ChunkLayouts:
    return _ChunkLayouts(secret_key, region, service)


class EventVerifier:
    """Verifies the chain of an `EventSigner` or of any other AWS client."""

    __slots__ = ("_layouts", "_moments", "_prior_hex")

    def __init__(self, secret_key: str, region: str, seed_signature_hex: str, service: str = SERVICE) -> None:
        self._moments = _moments(secret_key, region, service)
        self._layouts = _chunk_layouts(secret_key, region, service)
        self._prior_hex = seed_signature_hex.encode()

    def verify(self, frame: Frame, now_ms: int | None = None, max_skew_ms: int = _MAX_SKEW_MS) -> bytes:
        """The inner frame's bytes, empty for the final frame.

        Raises `SignatureMismatch` if headers are missing, the signature is wrong, or the event's date is
        further than `max_skew_ms` from `now_ms` (not checked without `now_ms`). A refused event leaves the
        chain as it was.
        """
        date_ms = frame.headers.get(":date")
        signature = frame.headers.get(":chunk-signature")
        if not isinstance(date_ms, TimestampMs) or not isinstance(signature, bytes) or len(frame.headers) != 2:
            raise SignatureMismatch("the event has other headers than :date and :chunk-signature")
        if now_ms is not None and abs(now_ms - date_ms) > max_skew_ms:
            raise SignatureMismatch("the event's date is too far from the present")
        try:
            moment = self._moments.at(date_ms)
        except (OverflowError, ValueError, OSError) as error:
            raise SignatureMismatch("the event's date is not a date") from error
        text = moment.preamble + self._prior_hex + moment.date_line + sha256_hex(frame.payload)
        if not hmac.compare_digest(moment.sign(text), signature):
            raise SignatureMismatch("the event's signature does not match")
        self._prior_hex = hexlify(signature)
        return frame.payload

    def binary_payload(self, data: bytes, now_ms: int) -> bytes | None:
        """The payload of a valid chunk, checked in one pass; None for any other data, which leaves the chain as it was.

        A chunk is one whole outer frame around what `payload_part` makes of a binary message. What gets None has to be
        decoded and verified step by step, which tells what it is or what is wrong with it.
        """
        layout = self._layouts.last
        if layout is None or len(data) != layout.size or not data.startswith(layout.outer_head):
            layout = self._layouts.find(data)
            if layout is None or not data.startswith(layout.outer_head):
                return None
        _, date_ms, moment, _, outer_crc, part_head, part_crc = layout
        signature, inner = data[_SIGNATURE_AT:_INNER_AT], data[_INNER_AT:-4]
        payload = inner[len(part_head) : -4]
        if (
            not inner.startswith(part_head)
            or zlib.crc32(inner, zlib.crc32(signature, outer_crc)) != int.from_bytes(data[-4:], "big")
            or zlib.crc32(payload, part_crc) != int.from_bytes(inner[-4:], "big")
            or not -_MAX_SKEW_MS <= now_ms - date_ms <= _MAX_SKEW_MS
        ):
            return None
        text = moment.preamble + self._prior_hex + moment.date_line + sha256_hex(inner)
        if not hmac.compare_digest(moment.sign(text), signature):
            return None
        self._prior_hex = hexlify(signature)
        return payload
