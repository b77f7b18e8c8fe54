"""The isolation check as an engine of the window: three runs, of which only the last one's end is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink
from flux_desktop.ui.services.watched_engines import WatchedEngines

if TYPE_CHECKING:
    from flux_desktop.experiments.clip_run import ClipRun, MakeEngine
    from flux_desktop.experiments.isolation import IsolationPhase, IsolationRun


OnPhase = Callable[[str, float, float], None]


class IsolationEngine:
    """Carries out one check (`RunEngine`). `found` is there once it has ended.

    `on_phase` gets the name of each phase as it begins, and the seconds that are expected before it and in total.
    """

    def __init__(self, sink: EventSink, make_engine: EngineFactory, on_phase: OnPhase) -> None:
        self.session_folder: Path | None = None
        self.isolation_run: IsolationRun | None = None
        self._sink, self._engines, self._on_phase = sink, WatchedEngines(make_engine), on_phase
        self._run: ClipRun | None = None
        self._ended: RunEnded | None = None
        self._stopped = False
        self._expected_s: list[float] = []
        self._begun_phases = 0

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out the check on the plan's endpoint, with its parameters."""
        # Brings the engine along, needed late.
        from flux_desktop.experiments.isolation import check_isolation, expected_s, isolation_clips

        if not self._stopped:
            self._expected_s = expected_s(await file_work("Reading the data set", isolation_clips))
        if not self._stopped:
            self.isolation_run = await check_isolation(
                plan,
                on_phase=self._phase,
                on_run=self._begun,
                is_stopped=lambda: self._stopped,
                on_event=self._take,
                make_engine=cast("MakeEngine", self._engines.make),
            )
        return self._ended or RunEnded(t=0.0, verdict=Verdict.DONE, ledger={}, interrupted=self._stopped)

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """Take which connections the window watches; nothing steers a check, made with one setting."""
        self._engines.send(command)

    def stop(self, *, drain: bool = True) -> None:
        """End the check without a result."""
        self._stopped = True
        if self._run is not None:
            self._run.stop(drain=drain)

    def _phase(self, phase: IsolationPhase) -> None:
        self._on_phase(phase.name, sum(self._expected_s[: self._begun_phases]), sum(self._expected_s))
        self._begun_phases += 1

    def _begun(self, run: ClipRun) -> None:
        self._run = run

    def _take(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            self._ended = event
            return
        if isinstance(event, RunStarted) and self._run is not None:
            self.session_folder = self._run.session_folder
        self._sink(event)
