"""Keeps the list of the account's endpoints fresh, in the background, whatever becomes of the network."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QWidget

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.ui.models.endpoints import EndpointList
from flux_desktop.ui.panels.endpoint_panel import EndpointPanel
from flux_desktop.ui.services.account import Account
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.details import DetailsDialog

GROUP = "account"
LOGIN_POLL_S = 5.0
"""How often an expired sign-in is looked at again: the person is signing in elsewhere meanwhile."""


class EndpointLoader:
    """Loads when asked and when profile or region change; a newer request cancels the older one."""

    def __init__(self, panel: EndpointPanel, endpoints: EndpointList, account: Account, tasks: UiTasks) -> None:
        self._panel = panel
        self._endpoints = endpoints
        self._account = account
        self._tasks = tasks
        self._choices_known = False
        self._profile: str | None = ""
        """The profile whose region is shown; the empty string before the first load."""
        box = panel.account
        box.access_changed.connect(self.load)
        box.retry_wanted.connect(self.load)
        box.filter_changed.connect(self._filter)
        panel.refresh_wanted.connect(self.load)
        panel.details_wanted.connect(self._show_details)

    def begin(self) -> None:
        """Load at once where this machine knows an account; else wait until the person asks."""
        if self._account.is_configured():
            self._panel.open_account(True)

    def load(self) -> None:
        """Load the list anew; the last one stays on the screen meanwhile."""
        self._tasks.start("loading the endpoints", self._load(), group=GROUP, exclusive=True)

    async def _load(self) -> None:
        box = self._panel.account
        while True:
            profile, region = box.access()
            box.show_state(f"Loading the endpoints of {region}…", None)
            try:
                if not self._choices_known:
                    box.set_choices(*await self._account.choices())
                    self._choices_known = True
                    profile, region = box.access()
                if profile != self._profile:
                    box.set_defaults(*await self._account.defaults(profile))
                    self._profile = profile
                    profile, region = box.access()
                    box.show_state(f"Loading the endpoints of {region}…", None)
                found = await self._account.endpoints(profile, region)
            except ProblemError as error:
                self._tell(error.problem)
                if error.problem.code != "sso_expired":
                    return
                await asyncio.sleep(LOGIN_POLL_S)
                continue
            break
        self._endpoints.account = found
        self._panel.refresh()
        count = f"{len(found)} endpoints in {region}" if len(found) != 1 else f"1 endpoint in {region}"
        box.show_state(count if found else f"There are no endpoints in {region}.", None)
        try:
            box.show_state(f"{count} · as {(await self._account.identity(profile, region)).split(':')[-1]}", None)
        except ProblemError:
            return  # who one is, is a nicety; the list itself is there

    def _tell(self, problem: Problem) -> None:
        self._endpoints.problem = problem
        self._panel.account.show_state("", problem)

    def _filter(self) -> None:
        self._endpoints.name_filter, self._endpoints.status_filter = self._panel.account.filters()
        self._panel.refresh()

    def _show_details(self, name: str, parent: QWidget) -> None:
        dialog = DetailsDialog(parent, name)
        dialog.open()
        profile, region = self._panel.account.access()

        async def fill() -> None:
            try:
                dialog.show_lines(await self._account.details(profile, region, name))
            except ProblemError as error:
                dialog.show_lines([("Not known", error.problem.sentence())])
                return
            try:
                dialog.add_lines(await self._account.load(profile, region, name))
            except ProblemError as error:
                dialog.add_lines([("Load", f"Its figures cannot be shown. {error.problem.sentence()}")])

        task = self._tasks.start(f"looking at {name}", fill(), group="details", exclusive=True)
        if task is not None:
            dialog.finished.connect(lambda _result: task.cancel())
