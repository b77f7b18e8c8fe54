"""What the window does for the recordings by itself: retention, room on the disk, digests of large recordings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import in_thread
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.reports.sessions.digest import is_worth_it, open_digest
from flux_desktop.reports.sessions.index import SessionIndex
from flux_desktop.reports.sessions.retention import Retention, keep_to_rule, load_retention, save_retention
from flux_desktop.reports.sessions.space import MOST_PER_MINUTE, bytes_per_connection_minute, space_problem
from flux_desktop.ui.panels.retention_dialog import RetentionDialog
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack

GROUP = "session care"
LIMIT_S = 600.0


class SessionCare:
    """Everything is done in the background; `on_change` is called when sessions or the rule have changed."""

    def __init__(self, banners: BannerStack, tasks: UiTasks, on_change: Callable[[], object]) -> None:
        self._banners, self._tasks, self._on_change = banners, tasks, on_change
        self._bytes_per_minute = MOST_PER_MINUTE
        """Of a connection; the most there can be, until earlier runs have been looked at."""

    def begin(self, parent: Path | None = None) -> None:
        """Look after the recordings when the program starts."""
        self._tasks.start("looking after the sessions", self._keep(parent or default_sessions_dir()), group=GROUP)

    def after_run(self, folder: Path | None) -> None:
        """The same after a run that was recorded in `folder`."""
        if folder is not None:
            self._tasks.start("looking after the sessions", self._after_run(folder), group=GROUP)

    def space_problem(self, connection_minutes: float, parent: Path | None = None) -> Problem | None:
        """Whether a run has room on the disk."""
        return space_problem(parent or default_sessions_dir(), connection_minutes, self._bytes_per_minute)

    def choose_rule(self, parent: Path) -> None:
        """Ask how long sessions are kept."""

        def ask(rule: Retention) -> None:
            RetentionDialog(self._banners.window(), rule, partial(self.set_rule, parent)).open()

        async def load() -> None:
            ask(await in_thread(partial(load_retention, parent), LIMIT_S))

        self._tasks.start("reading the retention rule", load(), group=GROUP)

    def set_rule(self, parent: Path, rule: Retention) -> None:
        """Keep to another rule from now on."""

        async def carry_out() -> None:
            await in_thread(partial(save_retention, parent, rule), LIMIT_S)
            await self._keep(parent)
            self._on_change()

        self._tasks.start("changing the retention rule", carry_out(), group=GROUP)

    async def _after_run(self, folder: Path) -> None:
        await in_thread(partial(_prepare, folder), LIMIT_S)
        await self._keep(folder.parent)
        self._on_change()

    async def _keep(self, parent: Path) -> None:
        problem = await in_thread(partial(keep_to_rule, parent), LIMIT_S)
        if space_problem(parent, 1_000.0, MOST_PER_MINUTE) is not None:  # only then the estimate matters
            sessions = await in_thread(SessionIndex(parent).sessions, LIMIT_S)
            self._bytes_per_minute = bytes_per_connection_minute(sessions)
        if problem is None:
            return
        self._banners.withdraw(problem.code)
        if problem.code != "retention_due":
            self._banners.show_problem(problem, "ok")
            return
        rule = await in_thread(partial(load_retention, parent), LIMIT_S)
        actions: dict[str, Callable[[], object]] = {
            "Delete old sessions": partial(self.set_rule, parent, msgspec.structs.replace(rule, agreed=True)),
            "Change the rule…": partial(self.choose_rule, parent),
        }
        self._banners.show_problem(problem, "warn", actions)


def _prepare(folder: Path) -> None:
    """Make the digest of a large recording; without one it opens all the same, but slowly."""
    try:
        if is_worth_it(folder):
            open_digest(folder)
    except OSError:
        return
