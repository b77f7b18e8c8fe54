"""When a connection changes over to a new stream: SageMaker ends every stream after 30 minutes.

Pure. Ages are seconds since the stream was accepted.
"""

from __future__ import annotations

SPREAD = 13 / 28
"""Connections change over within so much of the given age before it, from fifteen minutes to twenty-eight, each at an
age of its own: it holds two streams for a moment, and many at once would ask an endpoint, and this machine's memory,
for far more than they were found to hold."""
_GOLDEN = 0.618033988749895
"""Its multiples fall evenly into 0 to 1, however many there are."""
RETRY_S = 15.0
"""After a failed attempt to open the next stream, the time to the next one."""


def spread(conn: int, after_s: float) -> float:
    """The age from which on this connection changes over, where `after_s` is the latest of all."""
    return after_s * (1 - SPREAD * (conn * _GOLDEN % 1.0))


class RotationPolicy:
    """From `after_s` on in the next silence, at `latest_s` whatever is being said."""

    def __init__(self, after_s: float, latest_s: float) -> None:
        self._after_s = after_s
        self._latest_s = latest_s
        self._not_before_s = 0.0

    def is_due(self, age_s: float, *, quiet: bool) -> bool:
        """Whether to change over now; `quiet` means that no turn is open."""
        if age_s < self._after_s or age_s < self._not_before_s:
            return False
        return quiet or age_s >= self._latest_s

    def failed(self, age_s: float) -> None:
        """The next stream could not be opened at this age."""
        self._not_before_s = age_s + RETRY_S
