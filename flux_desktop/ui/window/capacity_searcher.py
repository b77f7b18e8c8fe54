"""Runs the capacity search of the Capacity page and shows it rung by rung."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, WavSource
from flux_desktop.evaluation.capacity.effort import longest_minutes
from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.evaluation.cost import SUGGESTED
from flux_desktop.reports.prices import load_prices, prices_path, save_prices_or_problem
from flux_desktop.ui.models import text
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity import SAMPLE_CAPACITY, SearchChoices, progress_words
from flux_desktop.ui.models.run_model import Phase
from flux_desktop.ui.pages.capacity_page import CapacityPage
from flux_desktop.ui.services.capacity_engine import CapacityEngine
from flux_desktop.ui.services.engine_port import EventSink
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.run_banner import SUMMARY

if TYPE_CHECKING:
    from flux_desktop.experiments.capacity import Progress

EXAMPLE = SearchChoices(start=8, max_streams=24, repeats=2, settle_s=6.0, measure_s=15.0)
"""Short rungs, as the built-in endpoint answers steadily."""


class CapacitySearcher:
    """One search at a time; it is a run, so that the rest of the window shows it like any other."""

    def __init__(self, state: AppState, page: CapacityPage, controller: RunController, banners: BannerStack) -> None:
        self._state, self._page, self._controller, self._banners = state, page, controller, banners
        self._engine: CapacityEngine | None = None
        self._begun = False
        inputs, money = page.inputs, page.money
        inputs.search_wanted.connect(self.search)
        inputs.stop_wanted.connect(controller.stop)
        inputs.changed.connect(self.refresh)
        page.answer.example_wanted.connect(self.search_example)
        money.prices_entered.connect(self._keep_prices)
        money.changed.connect(page.refresh)
        state.listen(self.refresh)
        self.refresh()

    @property
    def searching(self) -> bool:
        """Whether a search is in progress."""
        return self._engine is not None

    def begin(self) -> None:
        """Read the prices; called when the page is shown."""
        self._page.model.prices = load_prices(prices_path()) or SUGGESTED
        self._page.refresh()
        self.refresh()

    def search_example(self) -> None:
        """Search the built-in endpoint, limited to `SAMPLE_CAPACITY` streams, with the bundled data set."""
        if self._state.run.active:
            return
        self._state.choices.endpoint = LOCAL_ENDPOINT
        if self._state.local.capacity is None:
            self._state.local = replace(self._state.local, capacity=SAMPLE_CAPACITY)
        self._page.inputs.show_choices(EXAMPLE)
        self._state.changed()
        self.search()

    def search(self) -> None:
        """Begin as chosen; does nothing while a run is active."""
        state, model = self._state, self._page.model
        if state.run.active:
            return
        choices = self._page.inputs.choices
        try:
            now = datetime.now().astimezone()
            plan = choices.plan(state.plan(WavSource(path="")), model.prices, now)
        except ProblemError as error:
            self._banners.show_problem(error.problem)
            return

        def make(sink: EventSink) -> CapacityEngine:
            self._engine = CapacityEngine(
                sink, plan, self._controller.make_engine, self._take_rung, self._take_progress
            )
            return self._engine

        planned_s = 60 * longest_minutes(plan.search, plan.timing)
        if self._controller.start(plan.run, None, planned_s, make_engine=make):
            model.report, model.progress, model.rungs = None, None, []
            self._page.refresh()
        state.changed()

    def run_finished(self) -> None:
        """A run has ended; if it was the search, its result is shown."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        self._banners.withdraw(SUMMARY)  # the page shows what came of it
        model = self._page.model
        model.report, model.progress = engine.report, None
        if engine.report is not None:
            model.rungs = list(engine.report.rungs)
        self._page.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Show the choices and the progress; called after every change of the state and at the pace of labels."""
        state, page, model = self._state, self._page, self._page.model
        inputs = page.inputs
        inputs.refresh_endpoints()
        model.searching, model.stopping = self.searching, self.searching and state.run.phase is Phase.STOPPING
        inputs.show_state(
            searching=model.searching,
            stopping=model.stopping,
            can_search=not state.run.active,
            searched=model.result is not None,
            effort=inputs.choices.effort_words(state.endpoint, model.prices),
        )
        if not model.searching:
            report = model.report
            inputs.show_progress(0.0, "" if report is None else f"{len(report.rungs)} rungs", "")
            return
        run = state.run.current
        planned_s = run.planned_s or 1.0
        done, left = progress_words(model.progress)
        inputs.show_progress(min(1.0, run.elapsed_s() / planned_s), done, left)
        inputs.left.setToolTip(f"The whole search takes {text.clock(planned_s)} at most")

    def _take_rung(self, outcome: RungOutcome) -> None:
        self._page.model.rungs.append(outcome)
        self._page.refresh()

    def _take_progress(self, progress: Progress) -> None:
        self._page.model.progress = progress

    def _keep_prices(self) -> None:
        prices = self._page.money.prices
        self._page.model.prices = prices
        why = save_prices_or_problem(prices_path(), prices)
        if why:
            self._banners.show_problem(Problem(code="prices_unsaved", what=why))
        self._page.refresh()
        self.refresh()
