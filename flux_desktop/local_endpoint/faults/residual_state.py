"""``elevated-confidence``: decoder state that survives a turn and raises the confidence of what follows.

Emulates an endpoint whose streams are not isolated: state of an ended turn reaches later turns of the same stream and,
for a while, streams that open after it. A stream of a single turn leaves nothing behind for other streams, so that a
clip with one turn can be compared on a fresh connection and right after a longer stream.
"""

from __future__ import annotations

from collections.abc import Callable

LASTS_S = 10.0
"""How long after its last turn a stream influences streams that open."""
TURNS_MIN = 2
"""Turns that a stream must have ended to influence others."""


class ResidualState:
    """What all streams of one endpoint share; `raise_by` is a difference of confidence, `now_s` a monotonic clock."""

    def __init__(self, raise_by: float, now_s: Callable[[], float]) -> None:
        self.raise_by = raise_by
        self._now_s = now_s
        self._left_at_s: float | None = None

    def new_stream(self) -> StreamState:
        """State of a stream that opens now."""
        inherits = self._left_at_s is not None and self._now_s() - self._left_at_s < LASTS_S
        return StreamState(self, inherits=inherits)

    def leave(self) -> None:
        """A stream has state that reaches other streams, as of now."""
        self._left_at_s = self._now_s()


class StreamState:
    """One stream's part: `offset` is added to the confidence of its open turn."""

    def __init__(self, shared: ResidualState, *, inherits: bool) -> None:
        self._shared = shared
        self._turns_ended = 0
        self.offset = shared.raise_by if inherits else 0.0

    def turn_ended(self) -> None:
        """The stream's open turn has ended."""
        self._turns_ended += 1
        self.offset = self._shared.raise_by
        if self._turns_ended >= TURNS_MIN:
            self._shared.leave()
