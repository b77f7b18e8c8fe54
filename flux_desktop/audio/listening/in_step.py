"""Synchronises playback with a plan whose clock differs from that of the sound device.

Pure. A block of output is filled with a few samples more or less of the recording, stretched to its length, until the
sound is in step; only a large error is corrected by a jump. Sound devices differ from the machine's clock by some
0.01 %, which is 360 ms an hour; the stretch of at most 0.4 % corrects 14 s an hour, and changes the pitch by less than
a fifteenth of a semitone, which is not heard.
"""

from __future__ import annotations

import statistics
from collections import deque
from typing import NamedTuple

JUMP_S = 0.08
"""An error from which on the sound jumps: after a seek, or when the device stood still."""
CORRECTED_FROM_S = 0.003
CORRECTED_TO_S = 0.0005
STRETCH_MAX = 0.004
JUDGED_BLOCKS = 15
"""The error is the median of so many blocks: single reports of a device's delay are wrong by up to 20 ms."""
JUMP_BLOCKS = 3


class BlockFill(NamedTuple):
    """What a block of output is filled with: `sample_count` samples of the recording, from `first` on."""

    first: int
    sample_count: int
    jumped: bool
    """Whether `first` does not follow what was heard before."""


class InStep:
    """Corrects the drift block by block. Places are samples of the recording at the output's rate."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._errors_s: deque[float] = deque(maxlen=JUDGED_BLOCKS)
        self._correcting = False

    @property
    def error_s(self) -> float | None:
        """How far the sound is behind the plan, in seconds; None before the first block."""
        return statistics.median(self._errors_s) if self._errors_s else None

    def reset(self) -> None:
        """Discard the measurements: playback restarts, or the plan has a new origin."""
        self._errors_s.clear()
        self._correcting = False

    def step(self, place: int | None, due: float, size: int) -> BlockFill:
        """What to fill a block of `size` samples with that is heard at the moment at which the plan is at `due`.

        `place` is the sample after the previous block; None after silence.
        """
        if place is None:
            self.reset()
            return BlockFill(round(due), size, jumped=True)
        self._errors_s.append((due - place) / self._rate_hz)
        newest = list(self._errors_s)[-JUMP_BLOCKS:]
        if len(newest) == JUMP_BLOCKS and min(map(abs, newest)) > JUMP_S:
            self.reset()
            return BlockFill(round(due), size, jumped=True)
        error_s = statistics.median(self._errors_s)
        limit_s = CORRECTED_TO_S if self._correcting else CORRECTED_FROM_S
        self._correcting = abs(error_s) > limit_s
        if not self._correcting or abs(error_s) > JUMP_S:
            return BlockFill(place, size, jumped=False)
        most = max(1, int(size * STRETCH_MAX))
        extra = max(-most, min(most, round(error_s * self._rate_hz)))
        return BlockFill(place, size + extra, jumped=False)
