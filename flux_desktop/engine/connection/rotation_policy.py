"""When a connection switches to a new stream: SageMaker ends every stream after 30 minutes.

Pure. Ages are seconds since the stream was accepted.
"""

from __future__ import annotations

SPREAD = 13 / 28
"""Share of the given age over which connections spread their rotations: from 15 to 28 minutes, each at its own age.
A rotating connection holds two streams for a moment; many at once would exceed what the endpoint was found to carry."""
_GOLDEN = 0.618033988749895
"""Its multiples modulo 1 are evenly spread, however many there are."""
RETRY_S = 15.0
"""Wait after a failed attempt to open the next stream."""


def spread(conn: int, after_s: float) -> float:
    """The age from which this connection rotates; `after_s` is the latest of all connections."""
    return after_s * (1 - SPREAD * (conn * _GOLDEN % 1.0))


class RotationPolicy:
    """Due from `after_s` on in the next silence, at `latest_s` even in the middle of a turn."""

    def __init__(self, after_s: float, latest_s: float) -> None:
        self._after_s = after_s
        self._latest_s = latest_s
        self._not_before_s = 0.0

    def is_due(self, age_s: float, *, quiet: bool) -> bool:
        """Whether to rotate now; `quiet` means that no turn is open."""
        if age_s < self._after_s or age_s < self._not_before_s:
            return False
        return quiet or age_s >= self._latest_s

    def failed(self, age_s: float) -> None:
        """The next stream could not be opened at this age."""
        self._not_before_s = age_s + RETRY_S
