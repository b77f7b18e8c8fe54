"""A threshold sweep as an engine of the window: to everything else it is one run, however many it takes."""

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
    from flux_desktop.experiments.clip_run import ClipProgress, MakeEngine
    from flux_desktop.experiments.sweep import Sweep, SweepRecording
    from flux_desktop.experiments.sweep_plan import SweepPlan


async def prepared(
    plan: SweepPlan,
    on_progress: Callable[[ClipProgress], None] = lambda _: None,
    on_event: EventSink = lambda _: None,
    make_engine: EngineFactory | None = None,
) -> Sweep:
    """A sweep that has read its data set and what was recorded of it before. Raises `ProblemError`."""
    from flux_desktop.experiments.sweep import Sweep  # brings the engine along, which the window needs late

    # The window's engines open connections on demand, except those that replay a recording.
    make = cast("MakeEngine | None", make_engine)

    def make_sweep() -> Sweep:
        return Sweep(plan, on_progress=on_progress, on_event=on_event, make_engine=make)

    return await file_work("Reading the data set", make_sweep)


class SweepEngine:
    """Carries out one sweep (`RunEngine`). `recording` is what it has recorded, once it has ended.

    A sweep may take several runs, as after a refused threshold: only the last one's end is reported.
    """

    def __init__(
        self, sink: EventSink, plan: SweepPlan, make_engine: EngineFactory, on_progress: Callable[[ClipProgress], None]
    ) -> None:
        self.session_folder: Path | None = None
        self.recording: SweepRecording | None = None
        self._sink, self._plan = sink, plan
        self._engines, self._on_progress = WatchedEngines(make_engine), on_progress
        self._sweep: Sweep | None = None
        self._ended: RunEnded | None = None
        self._stopped = False

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out the sweep; `plan` is only what the window shows until it has begun."""
        sweep = self._sweep = await prepared(self._plan, self._on_progress, self._take, self._engines.make)
        if not self._stopped:
            self.recording = await sweep.run()
        return self._ended or RunEnded(t=0.0, verdict=Verdict.DONE, ledger={}, interrupted=self._stopped)

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """Take which connections the window watches; nothing steers a recording, which is made with one setting."""
        self._engines.send(command)

    def stop(self, *, drain: bool = True) -> None:
        """End the recording; it can be continued."""
        self._stopped = True
        if self._sweep is not None:
            self._sweep.stop(drain=drain)

    def _take(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            self._ended = event
            return
        if isinstance(event, RunStarted) and self._sweep is not None:
            self.session_folder = self._sweep.session_folder
        self._sink(event)
