"""Reads the accuracy of a run from its recording once the run has ended, and shows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import file_work
from flux_desktop.reports.accuracy import read_accuracy
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.accuracy_dialog import AccuracyDialog
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.banner import BannerStack

GROUP = "accuracy"
READ_MAX_S = 600.0
"""For the recording of hours on hundreds of connections."""
NONE_YET = Problem(
    code="no_accuracy",
    what="There is no accuracy to show.",
    why="It needs a run that has ended and whose clips have a reference text.",
    todo="Run a data set, or a recording with a words or text file beside it.",
)


class RunAccuracyView:
    """The window's thread only awaits: the recording is read on a thread of its own."""

    def __init__(
        self, parent: QWidget, state: AppState, theme: ThemeSource, banners: BannerStack, tasks: UiTasks
    ) -> None:
        self._parent = parent
        self._state = state
        self._theme = theme
        self._banners = banners
        self._tasks = tasks

    def read(self, folder: Path | None, then: Callable[[], object]) -> None:
        """Read the accuracy of the run that has just ended, and call `then` if there is one."""
        if folder is not None:
            work = self._read(folder, self._state.run.generation, then)
            self._tasks.start("reading the accuracy", work, group=GROUP, exclusive=True)

    async def _read(self, folder: Path, generation: int, then: Callable[[], object]) -> None:
        try:
            accuracy = await file_work("Reading the recording", partial(read_accuracy, folder), READ_MAX_S)
        except OSError:
            return  # the recorder has reported it
        run = self._state.run
        if accuracy is not None and run.generation == generation:
            run.accuracy = accuracy
            then()

    def show(self) -> None:
        """Open the dialog; says why where there is nothing to show."""
        accuracy = self._state.run.accuracy
        if accuracy is None:
            self._banners.show_problem(NONE_YET, "warn")
        else:
            AccuracyDialog(self._parent, accuracy, self._theme.current).open()
