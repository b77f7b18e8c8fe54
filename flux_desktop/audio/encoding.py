"""Sound in the encodings that Flux takes besides linear16: mu-law and A-law after ITU-T G.711, exactly.

Both directions use tables computed once from the standard's segments, so that encoding a chunk is one look-up.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flux_desktop.flux.defaults import CHUNK_S, ENCODINGS, Encoding


def named(encoding: str) -> Encoding:
    """The encoding of that name; raises `ValueError` for one that is not encoded here."""
    for known in ENCODINGS:
        if known == encoding:
            return known
    raise ValueError(f"{encoding} is not an encoding of this program")


def sample_bytes(encoding: str) -> int:
    """Bytes of one sample."""
    return 2 if encoding == "linear16" else 1


def chunk_bytes(sample_rate_hz: int, chunk_s: float = CHUNK_S, width: int = 2) -> int:
    """Bytes of one chunk: whole samples of `width` bytes, at least one. 80 ms at 16 kHz are 2560 bytes."""
    return max(1, round(sample_rate_hz * chunk_s)) * width


def encode(pcm: bytes, encoding: Encoding) -> bytes:
    """Signed 16-bit little-endian samples in `encoding`; linear16 is returned as it is."""
    if encoding == "linear16":
        return pcm
    codes: NDArray[np.uint8] = _encode_table(encoding)[np.frombuffer(pcm, dtype="<u2", count=len(pcm) // 2)]
    return codes.tobytes()


def decode(data: bytes, encoding: Encoding) -> bytes:
    """The reverse of `encode`, with what quantising has lost."""
    if encoding == "linear16":
        return data
    samples: NDArray[np.int16] = _decode_table(encoding)[np.frombuffer(data, dtype=np.uint8)]
    return samples.astype("<i2").tobytes()


@cache
def _decode_table(encoding: str) -> NDArray[np.int16]:
    code = np.arange(256)
    return (_mulaw_values(code) if encoding == "mulaw" else _alaw_values(code)).astype(np.int16)


def _mulaw_values(code: NDArray[np.int_]) -> NDArray[np.int_]:
    """G.711 table 2: codes are sent inverted; 14-bit values scaled to 16 bits."""
    code = ~code & 0xFF
    segment, step = (code >> 4) & 7, code & 15
    magnitude = (((step << 3) + 0x84) << segment) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude)


def _alaw_values(code: NDArray[np.int_]) -> NDArray[np.int_]:
    """G.711 table 1: even bits are sent inverted; 13-bit values scaled to 16 bits."""
    code = code ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    magnitude = np.where(segment == 0, (step << 4) + 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude)


@cache
def _encode_table(encoding: str) -> NDArray[np.uint8]:
    """A code for each of the 65,536 samples, indexed by the sample's bits as unsigned."""
    samples = np.arange(65_536).astype(np.uint16).view(np.int16).astype(np.int32)
    return (_to_mulaw(samples) if encoding == "mulaw" else _to_alaw(samples)).astype(np.uint8)


def _magnitude(samples: NDArray[np.int32]) -> NDArray[Any]:
    # One's complement for negative values, as in the ITU's own reference software (G.191).
    return np.where(samples < 0, ~samples, samples)


def _to_mulaw(samples: NDArray[np.int32]) -> NDArray[Any]:
    magnitude = np.minimum(_magnitude(samples), 32_635) + 0x84
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    step = (magnitude >> (segment + 3)) & 15
    codes: NDArray[Any] = ~(np.where(samples < 0, 0x80, 0) | (segment << 4) | step) & 0xFF
    return codes


def _to_alaw(samples: NDArray[np.int32]) -> NDArray[Any]:
    magnitude = _magnitude(samples) >> 4
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 3, 0)
    step = np.where(segment > 1, magnitude >> np.maximum(segment - 1, 0), magnitude) & 15
    codes: NDArray[Any] = (np.where(samples < 0, 0, 0x80) | (segment << 4) | step) ^ 0x55
    return codes
