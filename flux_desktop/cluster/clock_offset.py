"""How far the monotonic clock of another machine is from this one's: pure.

Of each question and its answer three times are known. The answer was given somewhere in between: the offset is taken
from the middle of the shortest round trip, and is wrong by half of it at most (as in NTP, RFC 5905 section 8).
"""

from __future__ import annotations

from collections import deque

_KEPT = 64


class OffsetEstimate:
    """`theirs = ours + offset_s`, from the shortest round trip of the last ones: clocks drift over an hour."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=_KEPT)

    def add(self, asked_s: float, theirs_s: float, answered_s: float) -> None:
        """One question: our clock when it left, theirs when it was answered, ours when the answer came."""
        self._samples.append((answered_s - asked_s, theirs_s - (asked_s + answered_s) / 2))

    @property
    def offset_s(self) -> float:
        """0 where nothing is known yet."""
        return min(self._samples)[1] if self._samples else 0.0

    @property
    def error_s(self) -> float:
        """By which the offset may be wrong."""
        return min(self._samples)[0] / 2 if self._samples else float("inf")
