"""The load of the run in progress joined with what has been read of its account so far. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from flux_desktop.aws.account_records import Record
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Event, RunStarted, Snapshot
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline, Point, account_timeline
from flux_desktop.evaluation.capacity.rung import Judgement
from flux_desktop.reports.documents.run_load import LoadHistory

_P95_EVERY_S = 2.0


class ObservedAccount:
    """Fed with the events of a run and the records of its account; the next run empties it.

    `planned` and `p95_ms` are the run's own; a capacity search sets them itself, rung by rung (`by_rungs`).
    """

    def __init__(self, *, by_rungs: bool = False) -> None:
        self._by_rungs = by_rungs
        self._changes = 0
        self.clear()

    def clear(self) -> None:
        """Forget the run."""
        self.planned: list[Point] = []
        self.p95_ms: list[Point] = []
        self.verdicts: tuple[tuple[float, float, int, Judgement], ...] = ()
        """None: those of a search are shown with its rungs."""
        self.records: Sequence[Record] = ()
        self.now_s = 0.0
        self._history = LoadHistory()
        self._joined = AccountTimeline()
        self._joined_state: tuple[int, ...] = ()
        self._changes += 1

    def take(self, event: Event) -> None:
        """Take one event of the run."""
        self.now_s = max(self.now_s, getattr(event, "t", 0.0))
        match event:
            case RunStarted() if not self._by_rungs:
                self.clear()
                if not event.plan.on_demand:
                    self.planned.append((0.0, float(event.plan.connections)))
            case ConnectionChanged():
                self._history.changed(event.t, event.conn, event.state)
            case ConnectionEnded():
                self._history.ended(event.t, event.summary.conn, event.summary.ledger)
            case Snapshot() if not self._by_rungs and event.wire.p95_ms is not None:
                if not self.p95_ms or event.t - self.p95_ms[-1][0] >= _P95_EVERY_S:
                    self.p95_ms.append((event.t, event.wire.p95_ms))
            case _:
                pass

    @property
    def state(self) -> tuple[int, ...]:
        """Changes whenever the timeline does, which is often while streams open."""
        return (*self.read_state, self._history.revision, len(self.planned), len(self.p95_ms))

    @property
    def read_state(self) -> tuple[int, ...]:
        """Changes with the run, and with what has been read of its account."""
        return (self._changes, len(self.records))

    @property
    def timeline(self) -> AccountTimeline:
        """Both on the run's clock."""
        if self._joined_state != self.state:
            load = self._history.load(tuple(self.planned), tuple(self.p95_ms))
            self._joined, self._joined_state = account_timeline(self.records, load), self.state
        return self._joined
