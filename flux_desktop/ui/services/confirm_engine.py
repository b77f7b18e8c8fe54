"""Live runs of chosen settings, interleaved, as an engine of the window; compared with their replay at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flux_desktop.base.threads import file_work
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.turns.reference import with_turns
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink
from flux_desktop.ui.services.watched_engines import WatchedEngines

if TYPE_CHECKING:
    from flux_desktop.experiments.clip_run import ClipProgress, ClipRun, MakeEngine
    from flux_desktop.experiments.confirm import ConfirmResult
    from flux_desktop.experiments.sweep_plan import SweepPlan


class ConfirmEngine:
    """Sends every clip of a sweep once at each setting (`RunEngine`). `result` is there once it has ended."""

    def __init__(
        self,
        sink: EventSink,
        plan: SweepPlan,
        settings: Sequence[Setting],
        recorded: Sequence[Trace],
        make_engine: EngineFactory,
        on_progress: Callable[[ClipProgress], None],
    ) -> None:
        self.session_folder: Path | None = None
        self.result: ConfirmResult | None = None
        self._sink, self._plan, self._settings, self._recorded = sink, plan, settings, recorded
        self._engines, self._on_progress = WatchedEngines(make_engine), on_progress
        self._run: ClipRun | None = None
        self._stopped = False

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out the runs; `plan` is only what the window shows until they have begun."""
        from flux_desktop.experiments.confirm import confirm  # brings the engine along, which the window needs late

        data, columns = self._plan.data, self._plan.columns
        clips = (await file_work("Reading the data set", partial(read_data_set, data, columns))).clips
        if self._stopped:
            return RunEnded(t=0.0, verdict=Verdict.DONE, ledger={}, interrupted=True)
        self.result = await confirm(
            self._plan.base,
            data,
            with_turns(clips),
            self._settings,
            self._recorded,
            at_once=self._plan.at_once,
            line_noise_dbfs=self._plan.line_noise_dbfs,
            on_progress=self._on_progress,
            on_event=self._take,
            on_run=self._begun,
            make_engine=cast("MakeEngine", self._engines.make),
        )
        return self.result.run.ended

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """Take which connections the window watches; nothing steers these runs, each made with its own setting."""
        self._engines.send(command)

    def stop(self, *, drain: bool = True) -> None:
        """End the runs; what was recorded until then is compared."""
        self._stopped = True
        if self._run is not None:
            self._run.stop(drain=drain)

    def _begun(self, run: ClipRun) -> None:
        self._run = run

    def _take(self, event: Event) -> None:
        # The end is reported when the comparison is there.
        if isinstance(event, RunEnded):
            return
        if isinstance(event, RunStarted) and self._run is not None:
            self.session_folder = self._run.session_folder
        self._sink(event)
