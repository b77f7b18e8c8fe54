"""Runs the two arms of the Tune page live, and shows the comparison on its tab."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.evaluation.comparing.paired import USUAL_MARGINS
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.models.tune import with_setting
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.panels.against_view import CURRENT, THIS
from flux_desktop.ui.services.ab_engine import AbEngine
from flux_desktop.ui.services.engine_port import EventSink
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.clip_run_progress import ClipRunProgress, shown_plan
from flux_desktop.ui.window.run_banner import SUMMARY
from flux_desktop.ui.window.trace_recorder import TraceRecorder

STREAMS_PER_ARM = 2
SAME = "A and B are the same: choose another setting or endpoint for one of them."
READING = "Reading the data set…"


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
        self._progress = ClipRunProgress(state)
        self._endpoint = ""
        """The one that Live uses, which both arms follow."""
        self._compared = ""
        """The arms of the comparison in progress, or of the last one."""
        self._view.compare_wanted.connect(self.compare)
        self._view.changed.connect(self.refresh)
        self._view.progress.cancel_wanted.connect(controller.stop)
        state.listen(self.refresh)

    def compare(self) -> None:
        """Begin, if the data set has been read and no run is active."""
        if not self._recorder.entries or self._state.run.active:
            return
        from flux_desktop.experiments.ab import AbPlan  # brings the engine along, which the window needs late

        try:
            sweep = self._recorder.chosen()
        except ProblemError as error:
            self._banners.show_problem(error.problem)
            return
        a, b = self._view.a, self._view.b
        endpoints = [arm.endpoint.currentText() for arm in (a, b)]
        options = [with_setting(sweep.base.options, arm.setting) for arm in (a, b)]
        base = msgspec.structs.replace(sweep.base, endpoint=endpoints[0], options=options[0])
        base_b = msgspec.structs.replace(base, endpoint=endpoints[1], options=options[1])
        primary = self._view.primary
        plan = AbPlan(
            base=base,
            data=sweep.data,
            columns=sweep.columns,
            entries=self._recorder.entries,
            a=options[0],
            b=options[1],
            base_b=base_b if endpoints[0] != endpoints[1] else None,
            primary=primary,
            margin=USUAL_MARGINS[primary],
            at_once=sweep.at_once,
            line_noise_dbfs=sweep.line_noise_dbfs,
        )
        self._progress.begin()
        words = [f"{arm.setting.text} on {name}" for arm, name in zip((a, b), endpoints, strict=True)]
        self._compared = f"A: {words[0]} · B: {words[1]}"

        def make(sink: EventSink) -> AbEngine:
            self._engine = AbEngine(sink, plan, self._controller.make_engine, self._progress.take)
            return self._engine

        planned_s = self._recorder.live_s(STREAMS_PER_ARM * [a.setting, b.setting], sweep.at_once)
        self._controller.start(shown_plan(base, sweep.data, sweep.at_once), None, planned_s, make_engine=make)
        self._state.changed()

    def run_finished(self) -> None:
        """A run has ended; if it was the comparison, its outcome is shown."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        if engine.outcome is not None:
            self._banners.withdraw(SUMMARY)  # the tab shows what came of it
            self._view.show_outcome(engine.outcome.comparison, engine.outcome.pairs, self._compared)
            for note in engine.outcome.notes:
                self._banners.show_problem(Problem(code="comparison_invalid", what=note), "warn")
        self.refresh()

    def refresh(self) -> None:
        """Show the offer or the progress; called after every change and at the pace of labels."""
        self._offer_arms()
        a, b, run = self._view.a, self._view.b, self._state.run
        is_running = self._engine is not None
        shown = self._progress.shown() if is_running else None
        self._view.progress.show_progress(shown, stopping=run.phase is RunPhase.STOPPING)
        offered = bool(self._recorder.entries)
        endpoints = [arm.endpoint.currentText() for arm in (a, b)]
        differs = a.setting != b.setting or endpoints[0] != endpoints[1]
        if is_running:
            cost = ""
        elif not offered:
            cost = READING
        else:
            arms = zip(endpoints, (a.setting, b.setting), strict=True)
            cost = self._recorder.live_cost(STREAMS_PER_ARM * list(arms)) if differs else SAME
        self._view.show_offer(enabled=offered and differs and not run.active, editable=not is_running, cost=cost)

    def _offer_arms(self) -> None:
        model, chosen = self._model, self._state.endpoint
        named = {CURRENT: model.current, THIS: model.setting}
        named |= {preset.limit.name.capitalize(): preset.setting for preset in model.presets if preset.setting}
        names = [entry.name for entry in self._state.endpoints.shown()]
        for arm in (self._view.a, self._view.b):
            arm.show_named(named)
            arm.show_endpoints(names, chosen)
        if chosen != self._endpoint:
            self._endpoint = chosen
            self._view.a.select_endpoint(chosen)
            self._view.b.select_endpoint(chosen)
