"""G.711: the published codes, and what survives encoding and decoding."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.audio.encoding import chunk_bytes, decode, encode, sample_bytes
from flux_desktop.flux.defaults import Encoding


def codes(encoding: Encoding, *samples: int) -> list[int]:
    return list(encode(np.array(samples, dtype="<i2").tobytes(), encoding))


def test_mulaw_codes() -> None:
    # Zero, both signs of full scale, and the ends of the first segment (G.711 table 2).
    assert codes("mulaw", 0, 32767, -32768, 1, -1) == [0xFF, 0x80, 0x00, 0xFF, 0x7F]
    assert codes("mulaw", 4, 8, 16, 1000, -1000) == [0xFE, 0xFE, 0xFD, 0xCE, 0x4E]


def test_alaw_codes() -> None:
    assert codes("alaw", 0, 32767, -32768, -1) == [0xD5, 0xAA, 0x2A, 0x55]
    assert codes("alaw", 16, 1000, -1000) == [0xD4, 0xFA, 0x7A]


@pytest.mark.parametrize(("encoding", "first"), [("mulaw", [-32124, -31100, -30076]), ("alaw", [-5504, -5248, -6016])])
def test_decoded_values(encoding: Encoding, first: list[int]) -> None:
    assert np.frombuffer(decode(bytes(range(3)), encoding), dtype="<i2").tolist() == first


@pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
def test_every_code_comes_back(encoding: Encoding) -> None:
    every = bytes(range(256))
    back = encode(decode(every, encoding), encoding)
    # Mu-law has two codes for zero; all others are their own.
    differing = [code for code, again in zip(every, back, strict=True) if code != again]
    assert differing == ([0x7F] if encoding == "mulaw" else [])


@pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
def test_every_sample_keeps_its_sign_and_size(encoding: Encoding) -> None:
    samples = np.arange(-32768, 32768).astype("<i2")
    round_trip = np.frombuffer(decode(encode(samples.tobytes(), encoding), encoding), dtype="<i2").astype(int)
    size = np.abs(samples.astype(int))
    # Half a quantising step is 1/32 of the value with its bias; clipping costs at most 644.
    allowed = (size + 256) / 30 + 644 * (size > 32_000)
    assert (np.abs(round_trip - samples.astype(int)) <= allowed).all()
    assert (np.diff(round_trip) >= 0).all()


def test_linear16_is_untouched() -> None:
    assert encode(b"\x01\x02\x03", "linear16") == b"\x01\x02\x03"
    assert decode(b"\x01\x02", "linear16") == b"\x01\x02"
    assert [sample_bytes(name) for name in ("linear16", "mulaw", "alaw")] == [2, 1, 1]


def test_odd_byte_is_ignored() -> None:
    assert len(encode(b"\x00\x00\x01", "mulaw")) == 1


def test_chunk_sizes() -> None:
    assert chunk_bytes(16_000) == 2560
    assert chunk_bytes(44_100, 0.08) == 7056
    assert chunk_bytes(8_000, 0.08, sample_bytes("mulaw")) == 640
    assert chunk_bytes(8_000, 0.000_01) == 2
