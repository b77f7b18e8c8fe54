"""WAV files put together byte by byte, so that their headers can state anything."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

SAMPLES = np.array([0, 1, -1, 1000, -1000, 32767, -32768, 5], dtype="<i2").tobytes()
SUBFORMAT_TAIL = b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"


def fmt(tag: int = 1, channels: int = 1, rate: int = 16000, bits: int = 16, extra: bytes = b"") -> bytes:
    """A format chunk."""
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits) + extra)


def extensible(tag: int = 1, bits: int = 16, channels: int = 1) -> bytes:
    """A format chunk whose tag is in the sub-format."""
    extra = struct.pack("<HHIH", 22, bits, 4, tag) + SUBFORMAT_TAIL
    return fmt(0xFFFE, channels=channels, bits=bits, extra=extra)


def chunk(name: bytes, body: bytes, size: int | None = None, pad: bytes = b"\x00") -> bytes:
    """A chunk whose size may be misstated; an odd one is followed by `pad`."""
    stated = len(body) if size is None else size
    return name + struct.pack("<I", stated) + body + (pad if len(body) % 2 else b"")


def data(samples: bytes = SAMPLES, size: int | None = None) -> bytes:
    """The data chunk, without padding."""
    return chunk(b"data", samples, size, pad=b"")


def ds64(data_bytes: int, table: bytes = b"", entries: int = 0) -> bytes:
    """The chunk of RF64 and BW64 that has the 64-bit sizes."""
    return chunk(b"ds64", struct.pack("<QQQI", 0, data_bytes, 0, entries) + table)


def riff(*parts: bytes, magic: bytes = b"RIFF", size: int | None = None) -> bytes:
    """The whole file."""
    body = b"WAVE" + b"".join(parts)
    return magic + struct.pack("<I", len(body) if size is None else size) + body


def written(folder: Path, content: bytes, name: str = "some file.wav") -> Path:
    """The file on disk."""
    path = folder / name
    path.write_bytes(content)
    return path
