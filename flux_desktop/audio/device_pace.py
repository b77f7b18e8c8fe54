"""Limits a capture device to real time: some, such as ALSA's `null`, deliver sound as fast as it is read."""

from __future__ import annotations

AHEAD_MAX_S = 0.5
"""How far a device's sound may be ahead of the clock: more than the jitter of any real device."""
_BEHIND_MAX_S = 5.0
"""A device that stalled may catch up with this much at once."""
_TOLERANCE = 1.02
"""A device's clock may run this much faster than ours for ever; real ones differ by 0.02 % at most."""


class DevicePace:
    """Token bucket over one device's frames. Pure; times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._last_s: float | None = None

    def count(self, frame_s: float, now_s: float) -> float:
        """Count one frame; returns how many seconds to wait before the next one is taken, 0.0 for a real device."""
        if self._last_s is not None:
            self._ahead_s = max(-_BEHIND_MAX_S, self._ahead_s - (now_s - self._last_s) * _TOLERANCE)
        self._last_s = now_s
        self._ahead_s += frame_s
        return max(0.0, self._ahead_s - AHEAD_MAX_S)
