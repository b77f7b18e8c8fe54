"""Reads what is being written of the account of the run in progress, so that it is seen while it happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.reports.documents.account import AccountTail
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.services.tasks import UiTasks

LOOK_S = 1.0
"""The records come every 10 s, those of a simulated account faster."""
FOLLOWING = "account"
_log = logging.getLogger(__name__)


class AccountFollower:
    """`refresh` is called at the pace of labels and starts at most one read at a time, on a thread."""

    def __init__(
        self,
        state: AppState,
        tasks: UiTasks,
        folder: Callable[[], Path | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder` is where the run in progress is recorded."""
        self._state, self._tasks, self._folder, self._clock = state, tasks, folder, clock
        self._tail: AccountTail | None = None
        self._looked_s = float("-inf")

    def refresh(self) -> None:
        """Look again, where a run is in progress and it is time to."""
        run, now_s = self._state.run.current, self._clock()
        folder = self._folder() if self._state.run.active and run.origin is Origin.LIVE else None
        if folder is None or now_s - self._looked_s < LOOK_S or self._tasks.running(FOLLOWING):
            return
        self._looked_s = now_s
        self.look(folder)

    def run_finished(self) -> None:
        """A last look: the run's end waits for that of the account."""
        if self._tail is not None and self._tail.folder == self._folder():
            self.look(self._tail.folder)

    def look(self, folder: Path) -> None:
        """Read what is new."""
        if self._tail is None or self._tail.folder != folder:
            self._tail = AccountTail(folder)
        self._tasks.start("reading the account's records", self._read(self._tail), group=FOLLOWING)

    async def _read(self, tail: AccountTail) -> None:
        try:
            records = await file_work("Reading the account's records", tail.read)
        except (OSError, ProblemError) as error:
            _log.warning("Cannot read the account's records in %s: %s", tail.folder, error)
            return
        if tail is self._tail:
            self._state.observed.records = records
