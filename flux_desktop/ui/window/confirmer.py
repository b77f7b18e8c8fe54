"""Runs the setting of the Tune page live, beside the current one, and shows how far the replay was from it."""

from __future__ import annotations

from flux_desktop.base.problem import Problem
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.measurement import confirmed_words, error_words, is_confirmed
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.confirm_engine import ConfirmEngine
from flux_desktop.ui.services.engine_port import EventSink
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.clip_run_progress import ClipRunProgress, shown_plan
from flux_desktop.ui.window.run_banner import SUMMARY
from flux_desktop.ui.window.trace_recorder import TraceRecorder


class Confirmer:
    """One confirmation at a time; like a recording it is a run, seen and stopped like any other."""

    def __init__(
        self,
        state: AppState,
        page: TunePage,
        controller: RunController,
        recorder: TraceRecorder,
        banners: BannerStack,
    ) -> None:
        self._state, self._controller, self._recorder, self._banners = state, controller, recorder, banners
        self._panel, self._model = page.setting_panel, page.model
        self._engine: ConfirmEngine | None = None
        self._progress = ClipRunProgress(state)
        self._result = self._detail = ""
        self._good = True
        self._recorded: object = None
        """The recording that the result is about."""
        self._panel.confirm_wanted.connect(self.confirm)
        self._panel.progress.cancel_wanted.connect(controller.stop)
        state.listen(self.refresh)

    def confirm(self) -> None:
        """Begin, if the page shows a recording and no run is active."""
        recorded = self._recorder.recorded
        if recorded is None or self._state.run.active:
            return
        plan, traces = self._recorded = recorded
        settings = self._settings()
        self._progress.begin()
        self._result = self._detail = ""

        def make(sink: EventSink) -> ConfirmEngine:
            engine = ConfirmEngine(sink, plan, settings, traces, self._controller.make_engine, self._progress.take)
            self._engine = engine
            return engine

        planned_s = self._recorder.live_s(settings, plan.at_once)
        self._controller.start(shown_plan(plan.base, plan.data, plan.at_once), None, planned_s, make_engine=make)
        self._state.changed()

    def _settings(self) -> list[Setting]:
        """This one and the current one, each with one stream of each clip."""
        current = self._model.replayable_current
        return list(dict.fromkeys([self._model.setting, *([current] if current is not None else [])]))

    def run_finished(self) -> None:
        """A run has ended; if it was the confirmation, its result is shown."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        self._banners.withdraw(SUMMARY)  # the panel shows what came of it
        confirmed = () if engine.result is None else engine.result.confirmed
        self._result = "Nothing was streamed to its end."
        if confirmed:
            self._result = f"{confirmed[0].setting.text}: {error_words(confirmed[0].error)}"
        self._detail = "\n".join(confirmed_words(each) for each in confirmed)
        self._good = bool(confirmed) and is_confirmed(confirmed[0].error)
        if engine.result is not None and engine.result.run.problem is not None:
            self._banners.show_problem(engine.result.run.problem)
        if engine.result is not None and (note := engine.result.run.invalid_note("live run")):
            self._banners.show_problem(Problem(code="confirmation_invalid", what=note), "warn")
        self.refresh()

    def refresh(self) -> None:
        """Show the offer, the progress or the result; called after every change and at the pace of labels."""
        offered = self._recorder.recorded is not None and self._model.evaluation is not None
        run = self._state.run
        is_running = self._engine is not None
        shown = self._progress.shown() if is_running else None
        self._panel.progress.show_progress(shown, stopping=run.phase is RunPhase.STOPPING)
        streams = [(self._state.endpoint, setting) for setting in self._settings()]
        cost = "" if is_running else self._recorder.live_cost(streams)
        result = self._result if self._recorder.recorded is self._recorded else ""
        self._panel.show_confirming(
            offered=offered, enabled=not run.active, cost=cost, result=result, detail=self._detail, good=self._good
        )
