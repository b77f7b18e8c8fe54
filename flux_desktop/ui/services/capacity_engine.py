"""A capacity search as an engine of the window: one run on demand whose events the window shows like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, Received, RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.reports.documents.account import read_account
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink

if TYPE_CHECKING:
    from flux_desktop.experiments.capacity import CapacitySearch
    from flux_desktop.experiments.capacity_plan import CapacityPlan, Progress
    from flux_desktop.experiments.clip_run import MakeEngine


class CapacityEngine:
    """Carries out one search (`RunEngine`). `report` is there once it has ended."""

    def __init__(
        self,
        sink: EventSink,
        plan: CapacityPlan,
        make_engine: EngineFactory,
        on_rung: Callable[[RungOutcome], None],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.session_folder: Path | None = None
        self.report: CapacityReport | None = None
        self.account: AccountTimeline | None = None
        """What was read of the account; None where it was not observed or cannot be read."""
        self._sink, self._plan, self._make_engine = sink, plan, make_engine
        self._on_rung, self._on_progress = on_rung, on_progress
        self._search: CapacitySearch | None = None
        self._watched: set[int] | None = set()
        self._ended: RunEnded | None = None
        self._stopped = False

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out the search; `plan` is the run's own."""
        from flux_desktop.experiments.capacity import CapacitySearch  # brings the engine along, needed late

        if not self._stopped:
            self._search = CapacitySearch(
                self._plan,
                on_rung=self._on_rung,
                on_progress=self._on_progress,
                on_event=self._take,
                make_engine=cast("MakeEngine", self._make_engine),
            )
            self.report = await self._search.run()
            self.account = await self._read_account(self._search.session_folder)
        return self._ended or RunEnded(t=0.0, verdict=Verdict.DONE, ledger={}, interrupted=self._stopped)

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """`Watch` says whose messages the window wants; the search itself sees all of them. Nothing steers it."""
        if isinstance(command, Watch):
            self._watched = None if command.connections is None else set(command.connections)

    def stop(self, *, drain: bool = True) -> None:
        """End the search; what is known is kept."""
        self._stopped = True
        if self._search is not None:
            self._search.stop()

    @staticmethod
    async def _read_account(folder: Path | None) -> AccountTimeline | None:
        if folder is None:
            return None
        try:
            return await file_work("Reading the account's timeline", lambda: read_account(folder))
        except (OSError, ProblemError):
            return None  # the page then shows the load as it saw it itself

    def _take(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            self._ended = event
            return
        if isinstance(event, RunStarted) and self._search is not None:
            self.session_folder = self._search.session_folder
        if isinstance(event, Received) and self._watched is not None and event.conn not in self._watched:
            return
        self._sink(event)
