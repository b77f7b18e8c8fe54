"""The messages of a past run that was opened by its digest: a connection's are read when it is looked at."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable, Iterable
from functools import partial

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.reports.sessions.digest import Digest
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "past messages"


class PastMessages:
    """Files are read in the background; what was read is shown on the window's thread."""

    def __init__(self, model: RunModel, tasks: UiTasks, on_loaded: Callable[[], object]) -> None:
        """`on_loaded` is called whenever a connection has been read."""
        self._model = model
        self._tasks = tasks
        self._on_loaded = on_loaded
        self._digest: Digest | None = None
        self._shown = asyncio.Event()
        """The events of the run itself, which come first, are on the screen."""

    def begin(self, digest: Digest | None) -> None:
        """Another run is shown: a past one with this digest, or one that needs none."""
        self._tasks.cancel(GROUP)
        self._shown.clear()
        self._digest = digest
        self._model.unread = set() if digest is None else set(digest.connections)

    def run_shown(self) -> None:
        """The run itself is shown; its connections may follow."""
        self._shown.set()

    def load(self, conns: Iterable[int]) -> None:
        """Read these connections, one after another, as far as that has not been done."""
        if wanted := [conn for conn in conns if conn in self._model.unread]:
            self._tasks.start("reading connections", self.loaded(wanted), group=GROUP)

    async def loaded(self, conns: Iterable[int]) -> None:
        """Return when these connections have been read. Raises `ProblemError`."""
        digest, model = self._digest, self._model
        for conn in conns:
            if digest is None or conn not in model.unread:
                continue
            try:
                events = await file_work(f"Reading connection {conn}", partial(digest.connection, conn))
            except (OSError, zipfile.BadZipFile) as error:
                raise ProblemError(_unreadable(conn, error)) from error
            await self._shown.wait()
            if self._digest is not digest:
                return
            if conn in model.unread:
                model.unread.discard(conn)
                model.load(conn, events)
                self._on_loaded()


def _unreadable(conn: int, error: Exception) -> Problem:
    return Problem(
        code="session_unreadable",
        what=f"The messages of connection {conn} cannot be read.",
        why=f"{error}.",
        todo="Open the session again.",
    )
