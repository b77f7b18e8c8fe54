"""Fills the blocks of a sound output from a tape, in step with a plan. Opens neither devices nor files itself.

`fill` is called on the sound device's thread; `take` and `read_ahead` on others.
"""

from __future__ import annotations

import numpy as np

from flux_desktop.audio.listening.in_step import InStep
from flux_desktop.audio.listening.protocol import Command, Volume
from flux_desktop.audio.listening.stretching import (
    MARGIN_AFTER,
    MARGIN_BEFORE,
    Floats,
    crossfaded,
    stretched,
    with_volume,
)
from flux_desktop.audio.listening.tape import Tape


class Player:
    """Fills one output. Times are those of the machine's monotonic clock."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.tape = Tape(sample_rate_hz)
        self._rate_hz = sample_rate_hz
        self._in_step = InStep(sample_rate_hz)
        self._zero_s: float | None = None
        self._place: int | None = None
        """The sample that follows what was filled in last; None in silence."""
        self._gain = self._gain_before = 1.0

    def take(self, command: Command) -> None:
        """Carry out a command."""
        if isinstance(command, Volume):
            self._gain = min(1.0, max(0.0, command.gain))
            return
        self.tape.set_segments(command.segments)
        self._zero_s = command.zero_s

    def read_ahead(self, now_s: float) -> bool:
        """Decode one more second of what is heard next; whether there was one to decode."""
        zero_s = self._zero_s
        return zero_s is not None and self.tape.read_ahead(int((now_s - zero_s) * self._rate_hz) - MARGIN_BEFORE)

    @property
    def position_s(self) -> float | None:
        """Up to where on the time line the output has been filled; None in silence."""
        place = self._place
        return None if place is None else place / self._rate_hz

    @property
    def behind_s(self) -> float | None:
        """How far the sound is behind the plan; None in silence."""
        return None if self._place is None else self._in_step.error_s

    def fill(self, size: int, heard_at_s: float) -> bytes:
        """The next `size` samples, 16-bit; the first is heard at `heard_at_s`."""
        gain, before = self._gain, self._gain_before
        self._gain_before = gain
        return with_volume(self._block(size, heard_at_s), before, gain)

    def _block(self, size: int, heard_at_s: float) -> Floats:
        zero_s, place = self._zero_s, self._place
        if zero_s is None:
            self._place = None
            return self._faded(place, np.zeros(size, np.float32))
        step = self._in_step.step(place, (heard_at_s - zero_s) * self._rate_hz, size)
        first, count = step.first - MARGIN_BEFORE, step.sample_count + MARGIN_BEFORE + MARGIN_AFTER
        if step.jumped and not self.tape.has(first, count):
            self._place = None  # it begins when it has been read
            return self._faded(place, np.zeros(size, np.float32))
        block = stretched(self.tape.take(first, count), size)
        self._place = step.first + step.sample_count
        return self._faded(place, block) if step.jumped else block

    def _faded(self, place: int | None, block: Floats) -> Floats:
        """The block, cross-faded with the sound that would have continued at `place`."""
        old = np.zeros(len(block), np.float32)
        if place is not None:
            old = self.tape.take(place, len(block)).astype(np.float32)
        return crossfaded(old, block, self._rate_hz)
