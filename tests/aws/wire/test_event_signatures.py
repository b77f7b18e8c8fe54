"""The signature chain: captured frames to the byte, and the standard library's HMAC."""

from __future__ import annotations

import hashlib
import hmac
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.aws.wire.event_headers import TimestampMs
from flux_desktop.aws.wire.event_signatures import EventSigner, EventVerifier, _Hmac, sha256_hex
from flux_desktop.aws.wire.event_stream import (
    MAX_PAYLOAD_BYTES,
    EventStreamError,
    Frame,
    FrameDecoder,
    decode_message,
    encode_message,
    payload_part,
)
from flux_desktop.aws.wire.sigv4 import SignatureMismatch

SECRET_KEY = "x" * 40
SEED_HEX = "02314730b942d94168de73a4834d6fa78b163b3d44b2ed659d906f50f76ea30f"
# (date in ms, inner frame, outer frame as captured from the vendor's own SDK)
CAPTURED = [
    (
        0x1A20694A0A8,
        payload_part(b"\x01\x02\x03\x04", "BINARY", "COMPLETE"),
        "000000ed000000435ab3cc2d053a6461746508000001a20694a0a8103a6368756e6b2d7369676e617475726506002059f892"
        "484cb34efdb5c4ad57bdfe13780a328b8df18dfbe2ef7ae7a92ace87710000009a00000086fa4fc6cd0d3a6d657373616765"
        "2d747970650700056576656e740b3a6576656e742d7479706507000b5061796c6f61645061727408446174615479706507"
        "000642494e4152590f436f6d706c6574696f6e5374617465070008434f4d504c4554450d3a636f6e74656e742d7479706507"
        "00186170706c69636174696f6e2f6f637465742d73747265616d010203043354b67695ed6e62",
    ),
    (
        0x1A20694A10C,
        payload_part(b"\x00\x00", None),
        "000000be0000004325007936053a6461746508000001a20694a10c103a6368756e6b2d7369676e6174757265060020bdbda7"
        "20afe55faab753af4ca5c582708d1c221867da776f1314174c0170b4280000006b00000059997770650d3a6d657373616765"
        "2d747970650700056576656e740b3a6576656e742d7479706507000b5061796c6f6164506172740d3a636f6e74656e742d74"
        "7970650700186170706c69636174696f6e2f6f637465742d73747265616d0000e4943831e996934f",
    ),
    (
        0x1A20694A171,
        payload_part(b'{"type":"CloseStream"}', "UTF8"),
        "000000e200000043d8e35bfc053a6461746508000001a20694a171103a6368756e6b2d7369676e617475726506002036b939"
        "2d27ae7dc217c4450045a907142ea67c60555b8d8c93f8ccacfcd230be0000008f0000006962fa21d60d3a6d657373616765"
        "2d747970650700056576656e740b3a6576656e742d7479706507000b5061796c6f6164506172740844617461547970650700"
        "04555446380d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d73747265616d7b227479"
        "7065223a22436c6f736553747265616d227d3236cb4be209e4af",
    ),
    (
        0x1A20694A1D6,
        b"",
        "0000005300000043f5447a58053a6461746508000001a20694a1d6103a6368756e6b2d7369676e617475726506002031768f"
        "3581f4a125ca58262462ff64965b9d044b864ba567e5eeeefb643b31745a43699d",
    ),
]
DAY_MS = 86_400_000


def signer() -> EventSigner:
    return EventSigner(SECRET_KEY, "us-east-1", SEED_HEX)


def verifier() -> EventVerifier:
    return EventVerifier(SECRET_KEY, "us-east-1", SEED_HEX)


def test_signed_frames_equal_the_captured_ones_to_the_byte() -> None:
    chain = signer()
    for date_ms, inner, captured in CAPTURED[:-1]:
        assert chain.sign(inner, date_ms).hex() == captured
    assert chain.finish(CAPTURED[-1][0]).hex() == CAPTURED[-1][2]


def test_captured_frames_pass_the_check_and_come_out_whole() -> None:
    chain = verifier()
    for _, inner, captured in CAPTURED:
        assert chain.verify(decode_message(bytes.fromhex(captured))) == inner


@pytest.mark.parametrize(("data_type", "overhead"), [(None, 188), ("BINARY", 206), ("UTF8", 204)])
def test_overhead_of_a_signed_chunk(data_type: None, overhead: int) -> None:
    assert len(signer().sign(payload_part(bytes(2560), data_type), 1)) == 2560 + overhead


def test_the_chain_crosses_midnight_with_a_new_key() -> None:
    before, after = 20_000 * DAY_MS - 1, 20_000 * DAY_MS
    ours, theirs = signer(), verifier()
    for date_ms in (before, after):
        assert theirs.verify(decode_message(ours.sign(b"audio", date_ms))) == b"audio"


def test_a_changed_payload_or_order_or_date_is_refused_and_the_chain_stays() -> None:
    ours, theirs = signer(), verifier()
    first, second = (decode_message(ours.sign(text, 1_000_000)) for text in (b"one", b"two"))
    with pytest.raises(SignatureMismatch):
        theirs.verify(second)
    with pytest.raises(SignatureMismatch):
        theirs.verify(first._replace(payload=b"onE"))
    with pytest.raises(SignatureMismatch, match="too far"):
        theirs.verify(first, now_ms=1_000_000 + 300_001)
    with pytest.raises(SignatureMismatch, match="other headers"):
        theirs.verify(Frame({}, b"one"))
    with pytest.raises(SignatureMismatch, match="not a date"):
        theirs.verify(Frame({**first.headers, ":date": TimestampMs(2**63 - 1)}, b"one"))
    assert [theirs.verify(frame) for frame in (first, second)] == [b"one", b"two"]


@given(st.binary(max_size=64), st.binary(max_size=300))
def test_the_hmac_is_that_of_the_standard_library(key: bytes, text: bytes) -> None:
    assert _Hmac(key).digest(text) == hmac.digest(key, text, "sha256")


@pytest.mark.parametrize("size", [0, 1, 1999, 2000, 2001, 4000, 10_000])
def test_a_payload_hashed_in_parts_has_the_hash_of_the_whole(size: int) -> None:
    payload = bytes(number % 251 for number in range(size))
    assert sha256_hex(payload).decode() == hashlib.sha256(payload).hexdigest()


# ---------------------------------------------------------------- chunks checked in one pass

NOW_MS = 0x1A20694A0A8
BINARY_HEADERS = decode_message(payload_part(b"audio", "BINARY")).headers


def checked_step_by_step(chain: EventVerifier, data: bytes) -> bytes | None:
    """What `binary_payload` must give: the payload of the one binary part in `data`; None for anything else."""
    try:
        decoder = FrameDecoder()
        (frame,) = decoder.feed(data)
        decoder.finish()
        part = decode_message(chain.verify(frame, NOW_MS))
    except (EventStreamError, SignatureMismatch, ValueError):
        return None
    return part.payload if dict(part.headers) == dict(BINARY_HEADERS) else None


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=3000), st.integers(-2, 2)), min_size=1, max_size=4),
    st.integers(0),
    st.sampled_from(["none", "bit", "cut", "longer", "twice", "date", "bit with checksums"]),
)
def test_a_chunk_checked_in_one_pass_gives_what_the_single_steps_give(
    parts: list[tuple[bytes, int]], place: int, damage: str
) -> None:
    ours = signer()
    chunks = [ours.sign(payload_part(audio, "BINARY"), NOW_MS + 20 * step) for audio, step in parts]
    at_once, stepwise = verifier(), verifier()
    for chunk in chunks[:-1]:
        assert at_once.binary_payload(chunk, NOW_MS) == checked_step_by_step(stepwise, chunk) is not None
    good = data = chunks[-1]
    at = place % (8 * len(good))
    flipped = bytearray(good)
    flipped[at // 8] ^= 1 << at % 8
    if damage == "bit":
        data = bytes(flipped)
    elif damage == "bit with checksums":
        data = bytes(flipped[:-4]) + zlib.crc32(flipped[:-4]).to_bytes(4, "big")
    elif damage == "cut":
        data = good[: at // 8]
    elif damage == "longer":
        data = good + good[: 1 + at // 8]
    elif damage == "twice":
        data = chunks[0] if chunks[0] != good else good + good
    elif damage == "date":
        ours = signer()
        signed = [ours.sign(payload_part(audio, "BINARY"), NOW_MS + 20 * step) for audio, step in parts[:-1]]
        assert signed == chunks[:-1]
        data = ours.sign(payload_part(parts[-1][0], "BINARY"), NOW_MS + (-1) ** place * 300_001)
    expected = checked_step_by_step(stepwise, data)
    assert (expected is None) == (data != good)
    assert at_once.binary_payload(data, NOW_MS) == expected
    if expected is None:  # the chain is where it was
        assert at_once.binary_payload(good, NOW_MS) == parts[-1][0]


@pytest.mark.parametrize(
    "inner",
    [
        b"",
        payload_part(b"", "BINARY"),
        payload_part(b"audio", "BINARY", "COMPLETE"),
        payload_part(b"audio", "BINARY", "PARTIAL"),
        payload_part(b"audio", None),
        payload_part(b'{"type":"CloseStream"}', "UTF8"),
        encode_message([(":message-type", "event"), (":event-type", "Other")], b"audio"),
        payload_part(b"audio", "BINARY")[:-1] + b"?",
        b"?" + payload_part(b"audio", "BINARY")[1:],
        payload_part(b"audio", "BINARY") * 2,
        bytes(200),
    ],
)
def test_other_parts_are_left_to_the_single_steps(inner: bytes) -> None:
    chain, data = verifier(), signer().sign(inner, NOW_MS)
    assert chain.binary_payload(data, NOW_MS) is None
    assert chain.verify(decode_message(data)) == inner


def test_what_is_too_long_or_no_date_is_left_to_the_single_steps() -> None:
    chain = verifier()
    too_long = signer().sign(bytes(MAX_PAYLOAD_BYTES + 1), NOW_MS)
    assert chain.binary_payload(too_long, NOW_MS) is None
    never = signer().sign(payload_part(b"audio", "BINARY"), 0).replace(bytes(8), b"\x7f" + b"\xff" * 7, 1)
    assert chain.binary_payload(never, NOW_MS) is None
