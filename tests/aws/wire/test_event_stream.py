"""Frames: any cutting, and hostile bytes of every kind."""

from __future__ import annotations

import uuid
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.aws.wire.event_headers import MAX_HEADERS_BYTES, EventStreamError, HeaderValue, TimestampMs
from flux_desktop.aws.wire.event_stream import (
    MAX_PAYLOAD_BYTES,
    FrameDecoder,
    decode_message,
    encode_message,
    payload_part,
)

HEADER_VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**63), 2**63 - 1).map(TimestampMs),
    st.binary(max_size=300),
    st.text(max_size=80),
    st.uuids(),
)
HEADERS = st.dictionaries(st.text(min_size=1, max_size=40), HEADER_VALUES, max_size=6)


@given(HEADERS, st.binary(max_size=4000), st.lists(st.integers(0, 5000), max_size=8))
def test_any_frame_survives_any_cutting(headers: dict[str, HeaderValue], payload: bytes, cuts: list[int]) -> None:
    wire = encode_message(list(headers.items()), payload) * 2
    decoder, frames, at = FrameDecoder(), [], 0
    for cut in [*sorted(cuts), len(wire)]:
        frames += decoder.feed(memoryview(wire)[at:cut])
        at = max(at, cut)
    decoder.finish()
    assert [(dict(frame.headers), frame.payload) for frame in frames] == [(headers, payload)] * 2
    assert [type(frame.headers[name]) for frame in frames[:1] for name in headers] == [
        type(value) for value in headers.values()
    ]


@given(st.binary(max_size=400), st.integers(0, 10_000), st.integers(1, 255))
def test_one_wrong_byte_anywhere_is_found(payload: bytes, at: int, flip: int) -> None:
    wire = bytearray(encode_message([(":message-type", "event"), ("id", uuid.UUID(int=1))], payload))
    wire[at % len(wire)] ^= flip
    with pytest.raises(EventStreamError):
        decode_message(bytes(wire))


@given(st.binary(max_size=300))
def test_any_header_block_gives_headers_or_a_typed_error(block: bytes) -> None:
    lengths = (16 + len(block)).to_bytes(4, "big") + len(block).to_bytes(4, "big")
    head = lengths + zlib.crc32(lengths).to_bytes(4, "big") + block
    kind, payload = "", b""
    try:
        payload = decode_message(head + zlib.crc32(head).to_bytes(4, "big")).payload
    except EventStreamError as error:
        kind = error.kind
    assert (kind in ("", "headers"), payload) == (True, b"")


@pytest.mark.parametrize(
    ("total", "headers"),
    [(15, 0), (20, 5), (MAX_PAYLOAD_BYTES + 17, 0), (MAX_HEADERS_BYTES + 100, MAX_HEADERS_BYTES + 1)],
)
def test_impossible_lengths_are_refused_before_their_bytes_arrive(total: int, headers: int) -> None:
    lengths = total.to_bytes(4, "big") + headers.to_bytes(4, "big")
    with pytest.raises(EventStreamError) as caught:
        FrameDecoder().feed(lengths + zlib.crc32(lengths).to_bytes(4, "big"))
    assert caught.value.kind == "length"


def test_a_stream_that_ends_inside_a_frame_is_truncated() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(encode_message([], b"abc")[:-1]) == []
    with pytest.raises(EventStreamError) as caught:
        decoder.finish()
    assert caught.value.kind == "truncated"


@pytest.mark.parametrize(
    ("headers", "payload"),
    [
        ([("a", "x" * 32_768)], b""),
        ([("", 1)], b""),
        ([("n" * 256, 1)], b""),
        ([], bytes(MAX_PAYLOAD_BYTES + 1)),
    ],
)
def test_what_does_not_fit_is_not_sent(headers: list[tuple[str, HeaderValue]], payload: bytes) -> None:
    with pytest.raises(EventStreamError):
        encode_message(headers, payload)


@pytest.mark.parametrize(("data_type", "is_text"), [("UTF8", True), ("BINARY", False), (None, False)])
@pytest.mark.parametrize("state", [None, "COMPLETE"])
def test_one_whole_message_is_read_at_once(data_type: str | None, is_text: bool, state: str | None) -> None:
    frame = payload_part(b'{"type":"x"}', data_type, state)  # type: ignore[arg-type]
    decoder = FrameDecoder()
    assert decoder.feed_message(frame) == (b'{"type":"x"}', is_text)
    assert decoder.pending == b""


def test_what_is_no_whole_message_is_left_to_the_general_decoder() -> None:
    whole = payload_part(b"text", "UTF8")
    others = [
        payload_part(b"text", "UTF8", "PARTIAL"),
        whole + whole,
        whole[:-1],
        whole[:5],
        whole[:-1] + bytes([whole[-1] ^ 1]),
        encode_message([(":message-type", "exception"), (":exception-type", "ModelStreamError")], b"text"),
        encode_message([], b"text"),
    ]
    for other in others:
        decoder = FrameDecoder()
        assert decoder.feed_message(other) is None
        assert decoder.pending == b""
    decoder = FrameDecoder()
    assert decoder.feed(whole[:20]) == []
    assert decoder.feed_message(whole) is None, "the rest of another frame comes first"
