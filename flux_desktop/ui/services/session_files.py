"""Whether the audio of the session that is shown is still what was sent; files are checked in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_audio import SessionAudio, read_session_audio
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin

LIMIT_S = 600.0


class SessionFiles:
    """The rule is that of `SessionAudio`. Used on the window's thread."""

    def __init__(self, run: RunModel, folder: Callable[[], Path | None]) -> None:
        """`folder` gives that of the session which is shown."""
        self._run, self._folder = run, folder
        self._read: tuple[Path, SessionAudio] | None = None

    async def problem(self, path: str) -> Problem | None:
        """Why a file is neither heard nor drawn; None if it is, and during a live run, which has just read it."""
        folder = self._folder()
        if self._run.origin is Origin.LIVE or folder is None:
            return None
        try:
            if self._read is None or self._read[0] != folder:
                audio = await file_work("Reading the session", partial(read_session_audio, folder), LIMIT_S)
                self._read = folder, audio
            return await file_work(f"Checking {Path(path).name}", partial(self._read[1].file_problem, path), LIMIT_S)
        except OSError as error:
            why = f"{error.strerror or error}."
            return Problem(code="no_session_audio", what="The audio of the session cannot be read.", why=why)
