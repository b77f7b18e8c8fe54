"""Reads the user's prices when the window opens, and keeps what is edited."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.evaluation.cost import SUGGESTED, Prices
from flux_desktop.reports.prices import load_prices, prices_path, save_prices_or_problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "prices"


class PriceKeeper:
    """`AppState.prices` is what the window shows; the file is written after each edit, by the newest one only."""

    def __init__(self, state: AppState, tasks: UiTasks) -> None:
        self._state, self._tasks = state, tasks

    def begin(self) -> None:
        """Read the prices."""
        self._tasks.start("reading the prices", self._read(), group=GROUP)

    def keep(self, prices: Prices) -> None:
        """Use other prices from now on. The licence stays a suggestion until it is changed or confirmed."""
        old = self._state.prices
        if old.suggested and prices.licence_per_stream_minute == old.licence_per_stream_minute:
            prices = replace(prices, suggested=True, date=old.date)
        if prices == old:
            return
        self._use(prices)

    def confirm(self) -> None:
        """Take the suggested price as the user's own, as of today."""
        self._use(replace(self._state.prices, suggested=False, date=datetime.now().astimezone().date().isoformat()))

    def _use(self, prices: Prices) -> None:
        self._state.prices = prices
        self._state.changed()
        self._tasks.start("saving the prices", self._save(prices), group=GROUP, exclusive=True)

    async def _read(self) -> None:
        stored_prices = await file_work("Reading the prices", lambda: load_prices(prices_path()))
        self._state.prices = stored_prices or SUGGESTED
        self._state.changed()

    async def _save(self, prices: Prices) -> None:
        problem = await file_work("Saving the prices", lambda: save_prices_or_problem(prices_path(), prices))
        if problem:
            raise ProblemError(Problem(code="prices_unsaved", what=problem))
