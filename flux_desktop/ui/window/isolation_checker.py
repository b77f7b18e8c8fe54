"""Runs the isolation check of the Tune page and shows its verdict on its tab."""

from __future__ import annotations

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.measurement import cost_words
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.models.work_progress import of_share
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.engine_port import EventSink
from flux_desktop.ui.services.isolation_engine import IsolationEngine
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.run_banner import SUMMARY

STREAM_MINUTES = 5.0
"""Of the whole check, about, with the bundled clips and the usual timeout."""


class IsolationChecker:
    """One check at a time; like a recording it is a run, seen and stopped like any other."""

    def __init__(self, state: AppState, page: TunePage, controller: RunController, banners: BannerStack) -> None:
        self._state, self._controller, self._banners = state, controller, banners
        self._view = page.curve_panel.isolation
        self._engine: IsolationEngine | None = None
        self._phase, self._before_s, self._expected_s = "", 0.0, 0.0
        self._endpoint = ""
        """Of the last check."""
        self._view.check_wanted.connect(self.check)
        self._view.progress.cancel_wanted.connect(controller.stop)
        state.listen(self.refresh)
        self.refresh()

    def check(self) -> None:
        """Begin on the chosen endpoint with the parameters of Live; does nothing while a run is active."""
        if self._state.run.active:
            return
        try:
            plan = self._state.plan(WavSource(path=""))
        except ProblemError as error:
            self._banners.show_problem(error.problem)
            return

        def make(sink: EventSink) -> IsolationEngine:
            self._engine = IsolationEngine(sink, self._controller.make_engine, self._take_phase)
            return self._engine

        self._take_phase("starting", 0.0, 0.0)
        if self._controller.start(plan, make_engine=make):
            self._view.show_result(None)
            self._endpoint = plan.endpoint
        self._state.changed()

    def run_finished(self) -> None:
        """A run has ended; if it was the check, its verdict is shown."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        isolation_run = engine.isolation_run
        if isolation_run is not None and isolation_run.result is not None:
            self._banners.withdraw(SUMMARY)  # the tab shows what came of it
            self._view.show_result(isolation_run.result, self._endpoint)
            for note in isolation_run.notes:
                self._banners.show_problem(Problem(code="isolation_invalid", what=note), "warn")
        elif isolation_run is not None and isolation_run.problem is not None:
            self._banners.show_problem(isolation_run.problem)
        self.refresh()

    def refresh(self) -> None:
        """Show the offer or the phase; called after every change and at the pace of labels."""
        run, is_running = self._state.run, self._engine is not None
        cost = cost_words(STREAM_MINUTES, self._state.endpoint, self._state.prices)
        idle = f"on {self._state.endpoint}, within 5 minutes · {cost}"
        self._view.show_offer(enabled=not run.active, state="" if is_running else idle)
        passed_s = self._before_s + run.current.elapsed_s()
        share = min(1.0, passed_s / self._expected_s) if self._expected_s else 0.0
        shown = of_share(share, passed_s, self._phase) if is_running else None
        self._view.progress.show_progress(shown, stopping=run.phase is RunPhase.STOPPING)

    def _take_phase(self, name: str, before_s: float, expected_s: float) -> None:
        self._phase = f"{name[:1].upper()}{name[1:]}…"
        self._before_s, self._expected_s = before_s, expected_s
