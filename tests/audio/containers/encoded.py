"""Noise, encoded by libsndfile: recordings that are then cut off, damaged, or deprived of their headers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 16_000
NOISE = np.random.default_rng(7).integers(-9000, 9000, 4 * RATE_HZ).astype(np.int16)
"""Four seconds, of which no two frames are the same."""


def encoded(folder: Path, name: str, format_: str | None = None, subtype: str | None = None) -> Path:
    """The noise in a file."""
    soundfile.write(folder / name, NOISE, RATE_HZ, format=format_, subtype=subtype)
    return folder / name


def cut(path: Path, share: float) -> Path:
    """A copy of its first bytes."""
    content = path.read_bytes()
    return _copy(path, "cut", content[: round(len(content) * share)])


def damaged(path: Path, count: int = 3000) -> Path:
    """A copy with zeros in its middle."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + count] = bytes(count)
    return _copy(path, "damaged", bytes(content))


def _copy(path: Path, name: str, content: bytes) -> Path:
    copy = path.with_stem(f"{name}-{path.stem}")
    copy.write_bytes(content)
    return copy
