"""What is kept of runs: transcripts saved as files, and past sessions shown and replayed."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.models.ramp import planned_seconds
from flux_desktop.ui.models.sound import read_shape
from flux_desktop.ui.services.exporting import transcript, write
from flux_desktop.ui.services.past_run import read_past_run
from flux_desktop.ui.widgets.file_dialogs import ask_session, ask_where

if TYPE_CHECKING:
    from flux_desktop.ui.window.main_window import MainWindow


class Transcripts:
    """One window's archive. Files are read and written in the background; problems are told in the window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def choose_session(self) -> None:
        """Ask for a past session's folder and show it."""
        ask_session(self._window, default_sessions_dir(), self.open_session)

    def open_session(self, folder: Path, speed: float = 0.0) -> None:
        """Show a past run from its recording: at once, or replayed `speed` times as fast."""
        window = self._window
        if not window.model.active:
            window.tasks.start(f"opening {folder.name}", self._open(folder, speed), group="wav", exclusive=True)

    def replay(self, speed: float) -> None:
        """Play the run that is shown once more, from its recording."""
        folder = self._window.controller.session_folder
        if folder is None:
            told = Problem(code="no_session", what="No session is open.", todo="Open one first.")
            self._window.show_problem(told, "warn")
        else:
            self.open_session(folder, speed)

    async def _open(self, folder: Path, speed: float) -> None:
        window = self._window
        past = await file_work(f"Reading the session {folder.name}", lambda: read_past_run(folder))
        source, truth, file_s = past.plan.source, None, None
        if isinstance(source, WavSource):
            # The recording's own file may have gone meanwhile; then its turns are shown without the truth.
            with contextlib.suppress(ProblemError):
                shape = await file_work("Reading the recording", partial(read_shape, Path(source.path)))
                truth, file_s = shape.truth(looped=source.loop), shape.duration_s
        window.banners.clear()
        if window.controller.replay(past, speed, truth, planned_seconds(past.plan, file_s)):
            window.flux_panel.set_options(past.plan.options)

    def export(self, conns: list[int], suffix: str) -> None:
        """Ask where to, and save these connections' transcripts: one as a file, several into a folder."""
        if conns:
            ask_where(self._window, conns, suffix, lambda path: self.save_transcripts(conns, suffix, path))

    def save_transcripts(self, conns: list[int], suffix: str, path: Path) -> None:
        """Write one connection's transcript to `path`, or several into the folder `path`."""
        talks = [self._window.model.conversation(conn) for conn in conns]
        names = [path] if len(talks) == 1 else [path / f"connection-{talk.conn:04d}.{suffix}" for talk in talks]
        files = {name: transcript(talk, suffix) for name, talk in zip(names, talks, strict=True)}
        self._window.tasks.start(
            "saving transcripts", file_work("Saving the transcripts", lambda: write(files)), group="export"
        )
