"""What all connections of a worker share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from flux_desktop.base.side_store import SideFile
from flux_desktop.engine.connection.retry_policy import RetryBudget, RetryPolicy
from flux_desktop.engine.connection.transport import Transport
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.sending.shared_timers import Timers


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """The longest waits of a connection, in seconds. Tests of faults scale them together."""

    connected_s: float = 10.0
    drain_s: float = 15.0
    backlog_s: float = 10.0
    """Age of audio that the network has not taken, at which the stream counts as stalled."""
    silent_turn_s: float = 3.0
    """Least audio sent in an open turn without an answer, at which the stream counts as silent."""
    configure_s: float = 5.0
    """From Configure to its answer."""
    retry: RetryPolicy = RetryPolicy()
    """When a failed stream is opened again."""

    def scaled(self, factor: float) -> Timeouts:
        """All waits multiplied by `factor`, but for `configure_s`."""
        return Timeouts(
            connected_s=self.connected_s * factor,
            drain_s=self.drain_s * factor,
            backlog_s=self.backlog_s * factor,
            silent_turn_s=self.silent_turn_s * factor,
            retry=self.retry.scaled(factor),
        )


class RunContext(msgspec.Struct, kw_only=True):
    """What all connections of a worker share."""

    plan: RunPlan
    transport: Transport
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    origin_s: float
    histograms: dict[str, Histogram]
    """By name, one for each of `figure_names.FIGURES`."""
    timers: Timers
    """For all senders together."""
    retry_budget: RetryBudget
    """For all connections together."""
    connected_queries: set[str] = msgspec.field(default_factory=set)
    """Query strings of streams that have reached Connected: parameters that the model is known to accept."""
    words: SpokenWords | None = None
    """What every connection's audio says, where that is known."""
    words_of: Mapping[int, SpokenWords] = {}
    """What the audio of single connections says, by their number."""
    timeouts: Timeouts = Timeouts()
    side_file: SideFile = msgspec.field(default_factory=SideFile)
    """For ended turns."""

    def words_for(self, conn: int) -> SpokenWords | None:
        """What the audio of connection `conn` says; None where that is not known."""
        return self.words_of.get(conn, self.words)

    def now(self) -> float:
        """Seconds since the run's origin."""
        return self.clock() - self.origin_s
