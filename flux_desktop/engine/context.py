"""What all connections of a worker share."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from flux_desktop.aws.stream import Credentials, StreamOpener
from flux_desktop.engine.events import Event
from flux_desktop.engine.metrics import Histogram
from flux_desktop.engine.plan import RunPlan
from flux_desktop.engine.truth import SpokenWords


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The longest waits of a connection, in seconds. Tests of faults scale them together."""

    connected_s: float = 10.0
    drain_s: float = 15.0
    backlog_s: float = 10.0
    """Age of audio that the network has not taken, at which the stream counts as stalled."""
    silent_turn_s: float = 3.0
    """Least audio sent in an open turn without any answer, at which the stream counts as gone silent."""


class RunContext(msgspec.Struct, kw_only=True):
    """What all connections of a worker share."""

    plan: RunPlan
    credentials: Credentials
    opener: StreamOpener
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    origin_s: float
    histograms: dict[str, Histogram]
    """By name, one for each of `figure_names.FIGURES`."""
    words: SpokenWords | None = None
    limits: Limits = Limits()

    def now(self) -> float:
        """Seconds since the run's origin."""
        return self.clock() - self.origin_s
