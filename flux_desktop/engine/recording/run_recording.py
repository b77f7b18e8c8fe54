"""The recording of a run in progress, as the supervisor keeps it: the session folder, with its own events in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.recording_file import RUN_FILE
from flux_desktop.engine.recording.session_folder import create_session, default_sessions_dir, remove_session
from flux_desktop.engine.records.events import Event, RunStarted, encode_event


class RunRecording:
    """Nothing is written before `open`, and after a folder could not be created.

    `on_problem` is called on the thread of `open`, or on the thread that writes.
    """

    def __init__(self, on_problem: Callable[[Problem], None]) -> None:
        self.folder: Path | None = None
        """The session folder, also after the end."""
        self._on_problem = on_problem
        self._recorder: Recorder | None = None

    def open(self, sessions_dir: Path | None, started: RunStarted) -> None:
        """Create the session folder, in the user's data folder where `sessions_dir` is None, with the run's start."""
        try:
            self.folder = create_session(sessions_dir or default_sessions_dir(), started)
        except OSError as error:
            self._on_problem(_no_session(error))
            return
        self._recorder = Recorder(self.folder / RUN_FILE, self._on_problem)
        self._recorder.start()

    def write(self, event: Event) -> None:
        """Append an event."""
        if self._recorder is not None:
            self._recorder.write(encode_event(event))

    def close(self, *, keep: bool) -> None:
        """Write what is left; without `keep` the folder is removed, as of a run that has nothing to show."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()
        if self.folder is not None and not keep:
            remove_session(self.folder)
            self.folder = None


def _no_session(error: OSError) -> Problem:
    return Problem(
        code="recording_failed",
        what="The run is not being recorded.",
        why=f"The session folder could not be created: {error.strerror or error}.",
        todo="The run continues; what is not recorded can only be read on the screen.",
    )
