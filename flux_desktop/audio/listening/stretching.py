"""Blocks of sound without clicks: stretched by a few samples, cross-faded, and with a volume that changes smoothly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
FADE_S = 0.01
MARGIN_BEFORE, MARGIN_AFTER = 1, 2
"""Samples that `stretched` needs around those that it stretches."""


def stretched(samples: NDArray[Any], size: int) -> Floats:
    """The samples without the margins, as `size` samples: interpolated by Catmull-Rom where the numbers differ."""
    inner = np.asarray(samples, np.float32)
    count = len(inner) - MARGIN_BEFORE - MARGIN_AFTER
    if count == size:
        return inner[MARGIN_BEFORE : MARGIN_BEFORE + count]
    at = np.arange(size) * (count / size)
    whole = at.astype(int)
    x = (at - whole).astype(np.float32)
    before, here, after, beyond = (inner[whole + shift] for shift in range(4))
    slope, slope_after = (after - before) / 2, (beyond - here) / 2
    curve = here + x * (slope + x * (3 * (after - here) - 2 * slope - slope_after))
    return np.asarray(curve + x**3 * (2 * (here - after) + slope + slope_after), np.float32)


def crossfaded(old: Floats, new: Floats, sample_rate_hz: int) -> Floats:
    """Cross-fade from one sound to another of the same length within `FADE_S`."""
    fade = np.ones(len(new), np.float32)
    length = min(len(new), round(FADE_S * sample_rate_hz))
    fade[:length] = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    return np.asarray(old * (1 - fade) + new * fade, np.float32)


def with_volume(samples: Floats, before: float, after: float) -> bytes:
    """16-bit samples, from one volume to another over the block."""
    gains = np.linspace(before, after, len(samples), dtype=np.float32) if before != after else np.float32(after)
    return np.clip(np.rint(samples * gains), -32768, 32767).astype("<i2").tobytes()
