"""Carries out capacity searches for the Capacity page, as runs like any other, and keeps the prices."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flux_desktop.base.amounts import amount
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, WavSource
from flux_desktop.evaluation.capacity.effort import longest_minutes, longest_minutes_left
from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.reports.capacity_policy import policy_for
from flux_desktop.reports.documents.account import read_account
from flux_desktop.ui.models import text
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity_choices import SAMPLE_CAPACITY, SAMPLE_SEARCH
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.pages.capacity_page import CapacityPage
from flux_desktop.ui.services.capacity_engine import CapacityEngine
from flux_desktop.ui.services.engine_port import EventSink
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.open_folder import open_folder
from flux_desktop.ui.window.price_keeper import PriceKeeper
from flux_desktop.ui.window.run_banner import SUMMARY

if TYPE_CHECKING:
    from flux_desktop.experiments.capacity_plan import CapacityPlan


ACCOUNT = "capacity account"
_DRAWN_EVERY_S = 2.0
"""Curves and table of a search in progress, where nothing else has changed."""


class CapacitySearcher:
    """One search at a time; it is a run, so that the rest of the window shows it like any other."""

    def __init__(
        self,
        state: AppState,
        page: CapacityPage,
        controller: RunController,
        prices: PriceKeeper,
        banners: BannerStack,
        tasks: UiTasks,
    ) -> None:
        self._state, self._page, self._controller, self._prices = state, page, controller, prices
        self._inputs, self.model = page.inputs, page.model
        self._banners, self._tasks = banners, tasks
        self._engine: CapacityEngine | None = None
        """Of the search in progress, or the last one."""
        self._plan: CapacityPlan | None = None
        self._drawn: tuple[object, ...] = ()
        inputs, answer, money = page.inputs, page.answer, page.prices_panel
        inputs.search_wanted.connect(self.search)
        inputs.stop_wanted.connect(controller.stop)
        inputs.support_wanted.connect(self._show_support)
        inputs.changed.connect(self.refresh)
        page.curve_panel.sample_wanted.connect(self.search_sample)
        answer.session_wanted.connect(self._show_folder)
        money.prices_edited.connect(self._edit_prices)
        money.assumptions_edited.connect(self._edit_assumptions)
        money.confirmed.connect(prices.confirm)
        state.listen(self.refresh)
        self.refresh()

    @property
    def searching(self) -> bool:
        """Whether a search is in progress."""
        return self.model.searching

    def search(self) -> None:
        """Begin a search as chosen; does nothing while a run is active."""
        state = self._state
        if state.run.active:
            return
        now = datetime.now().astimezone()
        try:
            plan = self._inputs.choices.plan(state.plan(WavSource(path="")), state.prices, now)
        except ProblemError as error:
            self._banners.show_problem(error.problem)
            return

        def make(sink: EventSink) -> CapacityEngine:
            def take(event: Event) -> None:
                self.model.observed.take(event)
                sink(event)

            self._engine = CapacityEngine(
                take, plan, self._controller.make_engine, self._take_rung, self.model.take_progress
            )
            return self._engine

        self._plan = plan
        expected_s = 60 * longest_minutes(plan.search, plan.timing)
        if not self._controller.start(plan.run, None, expected_s, make_engine=make):
            return
        self.model.begin(plan.criteria)
        self.model.searching = True
        state.changed()
        self._page.refresh()

    def search_sample(self) -> None:
        """Search an endpoint whose capacity is known: the built-in one, limited, with the bundled conversations."""
        if self._state.run.active:
            return
        self._state.choices.endpoint = LOCAL_ENDPOINT
        self._state.local = replace(self._state.local, capacity=SAMPLE_CAPACITY)
        self._inputs.show_choices(SAMPLE_SEARCH)
        self._state.changed()
        self.search()

    def run_finished(self) -> None:
        """A run has ended; if it was the search, its result is shown."""
        engine = self._engine
        if engine is None or not self.model.searching:
            return
        self._show_progress()
        self.model.searching = self.model.stopping = False
        self.model.report, self.model.account = engine.report, engine.account
        self._banners.withdraw(SUMMARY)  # the page shows what came of it
        if engine.report is not None and self._plan is not None:
            self.model.policy = policy_for(engine.report, self._plan.run)
        if engine.session_folder is not None and self._plan is not None and not self._plan.run.is_local:
            work = self._read_account(engine.session_folder)
            self._tasks.start("reading the account's timeline", work, group=ACCOUNT, exclusive=True)
        if engine.report is None:
            self._banners.show_problem(Problem(code="search_stopped", what="The search ended before it began."), "warn")
        self._page.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Show the choices and the progress; called after every change of the state and at the pace of labels."""
        state, model, run = self._state, self.model, self._state.run
        self._inputs.refresh_endpoints()
        model.stopping = model.searching and run.phase is RunPhase.STOPPING
        can_search = not run.active
        # One green button: the example for a newcomer, the search for who has chosen an endpoint of the account.
        main = state.endpoint != LOCAL_ENDPOINT or model.report is not None
        self._inputs.show_state(
            searching=model.searching,
            stopping=model.stopping,
            can_search=can_search,
            main=main,
            effort=self._inputs.choices.effort_words(state.endpoint, state.prices),
        )
        self._page.curve_panel.show_can_search(can_search, main=not main)
        self._show_progress()
        if model.prices != state.prices:
            model.prices = state.prices
            self._page.prices_panel.refresh()
            self._page.answer.refresh()
        if model.searching:
            model.observed.records = state.observed.records
            self._page.answer.refresh()
            observed, seconds = model.observed, int(model.now_s / _DRAWN_EVERY_S)
            drawn = (len(model.rungs), observed.read_state, len(observed.planned), seconds)
            if drawn != self._drawn:
                self._drawn = drawn
                self._page.refresh()

    def _show_progress(self) -> None:
        model, plan, run, progress = self.model, self._plan, self._state.run.current, self.model.progress
        if not model.searching or plan is None:
            self._inputs.show_progress(0.0, "", "")
            return
        left_s = max(0.0, 60 * longest_minutes_left(model.rungs, plan.search, plan.timing) - model.rung_s)
        if plan.until is not None:
            left_s = min(left_s, max(0.0, (plan.until - datetime.now().astimezone()).total_seconds()))
        run.planned_s = run.elapsed_s() + left_s  # for the run bar
        used = 0.0 if progress is None else progress.stream_minutes
        share = model.now_s / max(1.0, model.now_s + left_s)
        if plan.budget_stream_minutes:
            share = max(share, min(1.0, used / plan.budget_stream_minutes))
        done = f"{amount(len(model.rungs), 'rung')} · {used:,.1f} stream-minutes"
        self._inputs.show_progress(share, done, f"about {text.clock(left_s)} left")

    def _take_rung(self, outcome: RungOutcome) -> None:
        self.model.take_rung(outcome)

    async def _read_account(self, folder: Path) -> None:
        """What was observed of the account meanwhile, and the policy with the instances that it allows."""
        try:
            account = await file_work("Reading the account's timeline", lambda: read_account(folder))
        except OSError as error:
            what = f"The account's timeline cannot be read: {error.strerror or error}."
            raise ProblemError(Problem(code="account_unreadable", what=what)) from None
        report = self.model.report
        if account is None or self._plan is None or report is None:
            return
        self.model.account = report.account = account
        self.model.policy = policy_for(report, self._plan.run)
        self._page.refresh()

    def _show_support(self) -> None:
        if show := self._state.actions.get("support"):
            show(self._state.endpoint, self._page.window())

    def _show_folder(self) -> None:
        if self._engine is not None and self._engine.session_folder is not None:
            open_folder(self._engine.session_folder)

    def _edit_prices(self) -> None:
        self._prices.keep(self._page.prices_panel.prices(datetime.now().astimezone().date().isoformat()))

    def _edit_assumptions(self) -> None:
        panel = self._page.prices_panel
        self.model.utilisation, self.model.minutes_each = panel.utilisation, panel.minutes_each
        panel.refresh()
        self._page.answer.refresh()
