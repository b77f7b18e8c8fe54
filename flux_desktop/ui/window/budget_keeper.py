"""Ends a run in order when its budget is used up."""

from __future__ import annotations

from collections.abc import Callable

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.stream_budget import StreamBudget
from flux_desktop.engine.records.events import Event, RunEnded, RunStarted
from flux_desktop.evaluation.cost import budget_stream_minutes
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_phase import Origin, RunPhase
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.widgets.banner import BannerStack


class BudgetKeeper:
    """Follows every live run, however many a sweep takes. A capacity search has a budget of its own (`is_exempt`)."""

    def __init__(
        self, state: AppState, controller: RunController, banners: BannerStack, is_exempt: Callable[[], bool]
    ) -> None:
        self._state, self._controller, self._banners, self._is_exempt = state, controller, banners, is_exempt
        self._budget: StreamBudget | None = None

    def take(self, event: Event) -> None:
        """Take an event of the run."""
        if self._state.run.origin is not Origin.LIVE or self._is_exempt():
            return
        if isinstance(event, RunStarted) and self._budget is None:
            self._begin()
        if self._budget is not None and self._budget.is_used_up(event) and self._state.run.phase is RunPhase.RUNNING:
            what = f"The budget of {self._budget.limit:,.4g} stream-minutes is used up."
            self._end(Problem(code="budget_used_up", what=what, todo="Open turns are finished, then the run ends."))
        if isinstance(event, RunEnded):
            self._budget = None

    def _begin(self) -> None:
        wanted = self._state.choices.ramp.budget
        if not wanted.strip():
            return
        try:
            self._budget = StreamBudget(budget_stream_minutes(wanted, self._state.prices))
        except ProblemError as error:
            self._end(error.problem)  # a run must not cost more than somebody believes to have allowed

    def _end(self, problem: Problem) -> None:
        self._banners.show_problem(problem, "warn")
        self._controller.stop()
