"""Sound levels in dB of full scale (dBFS), clipping, digital silence, and meter ballistics."""

from __future__ import annotations

import math

import msgspec
import numpy as np

#: Shown for digital silence, whose level has no logarithm.
FLOOR_DBFS = -96.0
#: From here on a peak counts as clipped.
CLIP_DBFS = -0.5
#: Fall of a meter, as in a PPM of type I (IEC 60268-10: 20 dB in 1.7 s).
DECAY_DB_PER_S = 11.8
PEAK_HOLD_S = 1.5


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """The level of one buffer. `rms_dbfs` of a full-scale sine is -3.0; both are at least `FLOOR_DBFS`."""

    rms_dbfs: float
    peak_dbfs: float
    is_clipped: bool
    is_silent: bool


SILENCE = Level(rms_dbfs=FLOOR_DBFS, peak_dbfs=FLOOR_DBFS, is_clipped=False, is_silent=True)


def measure(pcm: bytes | memoryview) -> Level:
    """The level of signed 16-bit little-endian samples; an odd last byte is ignored.

    `is_silent` means digital silence, every sample the same: a muted or dead microphone, not a quiet room.
    """
    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2).astype(np.float64)
    if not samples.size:
        return SILENCE
    peak = float(np.max(np.abs(samples)))
    rms = math.sqrt(float(np.dot(samples, samples)) / samples.size)
    peak_dbfs = dbfs(peak / 32768)
    return Level(
        rms_dbfs=dbfs(rms / 32768),
        peak_dbfs=peak_dbfs,
        is_clipped=peak_dbfs >= CLIP_DBFS,
        is_silent=bool(samples.min() == samples.max()),
    )


def dbfs(amplitude: float) -> float:
    """A linear amplitude (1.0 is full scale) in dBFS, from `FLOOR_DBFS` to 0."""
    if amplitude <= 0:
        return FLOOR_DBFS
    return min(0.0, max(FLOOR_DBFS, 20 * math.log10(amplitude)))


class Meter:
    """Ballistics of a level meter: rises at once, falls at `DECAY_DB_PER_S`, holds the highest peak for a while.

    Times are seconds of any monotonic clock, given by the caller and never going back.
    """

    def __init__(self, decay_db_per_s: float = DECAY_DB_PER_S, hold_s: float = PEAK_HOLD_S) -> None:
        self._decay_db_per_s = decay_db_per_s
        self._hold_s = hold_s
        self._level_dbfs = FLOOR_DBFS
        self._level_at_s = -math.inf
        self._held_dbfs = FLOOR_DBFS
        self._held_at_s = -math.inf

    def push(self, level_dbfs: float, now_s: float) -> None:
        """A new level has been measured."""
        if level_dbfs >= self.level_dbfs(now_s):
            self._level_dbfs, self._level_at_s = level_dbfs, now_s
        if level_dbfs >= self.peak_dbfs(now_s):
            self._held_dbfs, self._held_at_s = level_dbfs, now_s

    def level_dbfs(self, now_s: float) -> float:
        """Level of the bar."""
        return self._decayed(self._level_dbfs, now_s - self._level_at_s)

    def peak_dbfs(self, now_s: float) -> float:
        """Level of the peak mark: held, then falling like the bar."""
        return self._decayed(self._held_dbfs, now_s - self._held_at_s - self._hold_s)

    def _decayed(self, level_dbfs: float, for_s: float) -> float:
        return max(FLOOR_DBFS, level_dbfs - self._decay_db_per_s * max(0.0, for_s))
