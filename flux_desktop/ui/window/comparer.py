"""Runs the current setting against the one of the Tune page live, and shows the comparison on its tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.evaluation.comparing.paired import Primary
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.tune import with_setting
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.ab_engine import AbEngine
from flux_desktop.ui.services.engine_port import EventSink
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.run_banner import SUMMARY
from flux_desktop.ui.window.trace_recorder import TraceRecorder

if TYPE_CHECKING:
    from flux_desktop.experiments.clip_run import ClipProgress

MARGIN_MS = 50.0
"""A difference of the wait that does not matter."""
STREAMS_PER_CLIP = 4
SAME = "Choose a setting other than the current one."
NO_RECORDING = "Record a data set first."


class Comparer:
    """One comparison at a time; like a recording it is a run, seen and stopped like any other."""

    def __init__(
        self,
        state: AppState,
        page: TunePage,
        controller: RunController,
        recorder: TraceRecorder,
        banners: BannerStack,
    ) -> None:
        self._state, self._controller, self._recorder, self._banners = state, controller, recorder, banners
        self._view, self._model = page.curve_panel.against, page.model
        self._engine: AbEngine | None = None
        self._progress: ClipProgress | None = None
        self._view.compare_wanted.connect(self.compare)
        state.listen(self.refresh)

    def compare(self) -> None:
        """Begin, if the page shows a recording and no run is active."""
        recorded = self._recorder.recorded
        if recorded is None or self._state.run.active:
            return
        from flux_desktop.experiments.ab import AbPlan  # brings the engine along, which the window needs late

        sweep, _traces = recorded
        options = sweep.base.options
        plan = AbPlan(
            base=sweep.base,
            data=sweep.data,
            columns=sweep.columns,
            clips=self._recorder.clips,
            a=with_setting(options, self._model.current),
            b=with_setting(options, self._model.setting),
            primary=Primary.WAIT,
            margin=MARGIN_MS,
            at_once=sweep.at_once,
            line_noise_dbfs=sweep.line_noise_dbfs,
        )
        source = DataSetSource(path=sweep.data)
        shown = msgspec.structs.replace(
            sweep.base, source=source, connections=sweep.at_once, on_demand=True, duration_s=None
        )
        self._progress = None

        def make(sink: EventSink) -> AbEngine:
            self._engine = AbEngine(sink, plan, self._controller.make_engine, self._take_progress)
            return self._engine

        self._controller.start(shown, make_engine=make)
        self._state.changed()

    def run_finished(self) -> None:
        """A run has ended; if it was the comparison, its outcome is shown."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        if engine.outcome is not None:
            self._banners.withdraw(SUMMARY)  # the tab shows what came of it
            self._view.show_outcome(engine.outcome.comparison, engine.outcome.pairs)
        self.refresh()

    def refresh(self) -> None:
        """Show the offer or the progress; called after every change and at the pace of labels."""
        model, progress = self._model, self._progress
        offered = self._recorder.recorded is not None
        differs = model.setting != model.current
        if self._engine is not None:
            cost = "Starting…" if progress is None else f"{progress.done + progress.failed} of {progress.total} clips"
        elif not offered:
            cost = NO_RECORDING
        else:
            cost = self._recorder.live_cost(STREAMS_PER_CLIP) if differs else SAME
        self._view.show_offer(
            enabled=offered and differs and not self._state.run.active,
            arms=f"A {model.current.text} against B {model.setting.text}",
            cost=cost,
        )

    def _take_progress(self, progress: ClipProgress) -> None:
        self._progress = progress
