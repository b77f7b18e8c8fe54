"""Writes the report of a session as HTML, in the background, and offers to open it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import in_thread
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.files import write_whole
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.open_folder import open_folder

GROUP = "report"
WRITING, WRITTEN = "report_writing", "report_written"
FILE_NAME = "report.html"
LIMIT_S = 600.0


def write_report(folder: Path) -> Path:
    """Write the report into the session's folder; returns its path. Blocks; raises `ProblemError`."""
    path = folder / FILE_NAME
    write_whole(path, as_html(read_session_report(folder)))
    return path


class ReportWriter:
    """One report at a time."""

    def __init__(self, banners: BannerStack, tasks: UiTasks) -> None:
        self._banners = banners
        self._tasks = tasks

    def write(self, folder: Path) -> None:
        """Write the report of a session; a message says so, with Cancel, until it is there."""
        self._banners.withdraw(WRITTEN)
        self._banners.withdraw(WRITING)
        waiting = Problem(code=WRITING, what="The report is being written.", why=folder.name)
        self._banners.show_problem(waiting, "ok", {"Cancel": partial(self._tasks.cancel, GROUP)})
        self._tasks.start("writing a report", self._write(folder), group=GROUP, exclusive=True)

    async def _write(self, folder: Path) -> None:
        try:
            path = await in_thread(partial(write_report, folder), LIMIT_S)
        finally:
            self._banners.withdraw(WRITING)
        written = Problem(code=WRITTEN, what="Report written.", why=str(path))
        actions: dict[str, Callable[[], object]] = {
            "Open": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))),
            "Show in folder": partial(open_folder, path),
        }
        self._banners.show_problem(written, "ok", actions)
