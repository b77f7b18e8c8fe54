"""Loads the list of the account's endpoints in the background, and reloads it when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.endpoint_panel import EndpointPanel
from flux_desktop.ui.services.account import Account
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.details import DetailsDialog

GROUP = "account"
LOGIN_POLL_S = 5.0
"""Interval at which an expired sign-in is checked again: the person is signing in elsewhere meanwhile."""


class EndpointLoader:
    """Loads when asked and when profile or region change; a newer request cancels the older one."""

    def __init__(
        self,
        panel: EndpointPanel,
        state: AppState,
        account: Account,
        tasks: UiTasks,
        show_support: Callable[[str, QWidget], object] = lambda _endpoint, _parent: None,
    ) -> None:
        self._panel = panel
        self._state = state
        self._endpoints = state.endpoints
        self._account = account
        self._tasks = tasks
        self._show_support = show_support
        self._choices_known = False
        self._profile: str | None = ""
        """The profile whose defaults are known; the empty string before the first load."""
        box = panel.account
        box.access_changed.connect(self.load)
        box.retry_wanted.connect(self.load)
        box.filter_changed.connect(self._filter)
        panel.refresh_wanted.connect(self.load)
        panel.details_wanted.connect(self._show_details)

    def begin(self) -> None:
        """Load at once if this machine has an AWS configuration; else wait until asked."""
        if self._account.is_configured():
            self._panel.open_account(True)

    def load(self) -> None:
        """Reload the list; the present one stays on the screen meanwhile."""
        self._tasks.start("loading endpoints", self._load(), group=GROUP, exclusive=True)

    async def _load(self) -> None:
        box = self._panel.account
        while True:
            profile, region = self._state.access
            box.show_state(f"Loading endpoints in {region}…", None)
            try:
                if not self._choices_known:
                    box.set_choices(*await self._account.choices())
                    self._choices_known = True
                    profile, region = self._state.access
                if profile != self._profile:
                    await self._load_defaults(profile)
                    profile, region = self._state.access
                    box.show_state(f"Loading endpoints in {region}…", None)
                endpoints = await self._account.endpoints(profile, region)
            except ProblemError as error:
                self._show_problem(error.problem)
                if error.problem.code != "sso_expired":
                    return
                await asyncio.sleep(LOGIN_POLL_S)
                continue
            break
        self._endpoints.account = endpoints
        self._panel.refresh()
        count = f"{amount(len(endpoints), 'endpoint')} in {region}"
        box.show_state(count if endpoints else f"No endpoints in {region}.", None)
        try:
            box.show_state(f"{count} · as {(await self._account.identity(profile, region)).split(':')[-1]}", None)
        except ProblemError:
            return  # the identity is only informative; the list itself has been loaded

    async def _load_defaults(self, profile: str | None) -> None:
        name, region = await self._account.defaults(profile)
        self._profile = profile
        if profile is None:
            self._state.default_profile = name or ""
        self._state.default_region = region
        self._state.changed()

    def _show_problem(self, problem: Problem) -> None:
        self._endpoints.problem = problem
        self._panel.account.show_state("", problem)

    def _filter(self) -> None:
        self._endpoints.name_filter, self._endpoints.status_filter = self._panel.account.filters()
        self._panel.refresh()

    def _show_details(self, name: str, parent: QWidget) -> None:
        dialog = DetailsDialog(parent, name)
        dialog.probe_wanted.connect(lambda: self._show_support(name, parent))
        dialog.open()
        profile, region = self._state.access

        async def fill() -> None:
            try:
                dialog.show_lines(await self._account.details(profile, region, name))
            except ProblemError as error:
                dialog.show_lines([("Details", error.problem.sentence())])
                return
            try:
                dialog.add_lines(await self._account.load(profile, region, name))
            except ProblemError as error:
                dialog.add_lines([("Load", f"Load figures are unavailable. {error.problem.sentence()}")])

        task = self._tasks.start(f"loading the details of {name}", fill(), group="details", exclusive=True)
        if task is not None:
            dialog.finished.connect(lambda _result: task.cancel())
