"""Writes the report of a session as HTML, in the background, and offers to open it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from flux_desktop.base.problem import Problem
from flux_desktop.base.work_share import OnProgress, unwatched
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.files import write_whole
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.open_folder import open_folder
from flux_desktop.ui.window.file_jobs import FileJobs

WRITTEN = "report_written"
FILE_NAME = "report.html"


def write_report(folder: Path, on_progress: OnProgress = unwatched) -> Path:
    """Write the report into the session's folder; returns its path. Blocks; raises `ProblemError`, `WorkEndedError`."""
    path = folder / FILE_NAME
    write_whole(path, as_html(read_session_report(folder, on_progress)))
    return path


class ReportWriter:
    """A message says where the report is."""

    def __init__(self, banners: BannerStack, jobs: FileJobs) -> None:
        self._banners, self._jobs = banners, jobs

    def write(self, folder: Path) -> None:
        """Write the report of a session."""
        self._banners.withdraw(WRITTEN)
        self._jobs.start(f"Writing the report of {folder.name}", partial(write_report, folder), self._written)

    def _written(self, path: Path) -> None:
        written = Problem(code=WRITTEN, what="Report written.", why=str(path))
        actions: dict[str, Callable[[], object]] = {
            "Open": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))),
            "Show in folder": partial(open_folder, path),
        }
        self._banners.show_problem(written, "ok", actions)
