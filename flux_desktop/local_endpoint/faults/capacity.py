"""A known capacity: how many concurrent streams the endpoint serves, and what happens to those beyond.

Pure rules. They give a capacity search an endpoint whose true answer is known.
"""

from __future__ import annotations

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.local_faults import BEYOND, Beyond

__all__ = ["BEYOND", "Beyond", "Capacity", "capacity_from"]

SLOW_S_PER_PERCENT = 0.1
"""`slow`: delay for each percent of streams above the capacity, so that a limit of 400 ms is exceeded within 5 %."""
SLOW_MAX_S = 5.0
"""Well below the 10 s in which clients expect Connected: an overloaded endpoint is slow, not unreachable."""
CLIFF_S = 2.0


class Capacity(Struct, frozen=True):
    """`streams` concurrent streams are served as usual; None: there is no limit.

    Above it a further stream is refused (``refuse``), or every stream's messages are delayed: by a time that grows with
    the excess (``slow``), or at once by `CLIFF_S` (``cliff``).
    """

    streams: int | None = None
    beyond: Beyond = "slow"

    def refuses_another(self, open_streams: int) -> bool:
        """Whether a stream is refused that would be opened beside `open_streams` others."""
        return self.streams is not None and self.beyond == "refuse" and open_streams >= self.streams

    def delay_s(self, open_streams: int) -> float:
        """Delay in seconds of every message that is sent while `open_streams` are open."""
        if self.streams is None or self.beyond == "refuse" or open_streams <= self.streams:
            return 0.0
        if self.beyond == "cliff":
            return CLIFF_S
        excess_percent = 100 * (open_streams - self.streams) / self.streams
        return min(SLOW_MAX_S, SLOW_S_PER_PERCENT * excess_percent)


def capacity_from(streams: int | None, beyond: str | None) -> Capacity:
    """The capacity of ``--capacity`` and ``--beyond``. Raises `ProblemError` for values that make none."""
    why = ""
    if streams is None and beyond is not None:
        why = "--beyond needs --capacity N, the number of streams served as usual."
    elif streams is not None and streams < 1:
        why = f"--capacity must be at least 1 (got {streams})."
    for name in BEYOND:
        if beyond in (None, name) and not why:
            return Capacity(streams, name)
    raise ProblemError(
        Problem(
            code="capacity_unusable",
            what="The endpoint's capacity cannot be set.",
            why=why or f"--beyond must be one of {', '.join(BEYOND)} (got {beyond!r}).",
        )
    )
