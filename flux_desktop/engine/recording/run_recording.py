"""The recording of a run in progress, as the supervisor keeps it: the session folder, with its own events in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.recording_file import RUN_FILE
from flux_desktop.engine.recording.session_folder import create_session, default_sessions_dir, remove_session
from flux_desktop.engine.records.events import Event, Notice, RunEnded, RunStarted, encode_event

_FAILED, NOT_FETCHED = "recording_failed", "recording_not_fetched"


def is_loss(event: Event) -> bool:
    """Whether an event says that a part of the recording is lost; the recording of its worker may lack it."""
    return isinstance(event, Notice) and event.problem.code in {_FAILED, NOT_FETCHED}


class RunRecording:
    """Nothing is written before `open`, and after a folder could not be created.

    `on_loss` is called on the thread of `open`, or on the thread that writes; `now_s` is the time of the run.
    """

    def __init__(self, on_loss: Callable[[Notice], None], now_s: Callable[[], float]) -> None:
        self.folder: Path | None = None
        """The session folder, also after the end."""
        self._on_loss = on_loss
        self._now_s = now_s
        self._unrecorded: dict[str, str] = {}
        """Sentences by what was lost: of several files of one machine, the first."""
        self._recorder: Recorder | None = None

    def open(self, sessions_dir: Path | None, started: RunStarted) -> None:
        """Create the session folder, in the user's data folder where `sessions_dir` is None, with the run's start."""
        try:
            self.folder = create_session(sessions_dir or default_sessions_dir(), started)
        except OSError as error:
            self._lose(_no_session(error))
            return
        self._recorder = Recorder(self.folder / RUN_FILE, self._lose)
        self._recorder.start()

    def write(self, event: Event) -> None:
        """Append an event; a run's end with what the recording lacks."""
        if isinstance(event, Notice) and is_loss(event):
            self._note(event)
        elif isinstance(event, RunEnded):
            event = self.marked(event)
        if self._recorder is not None:
            self._recorder.write(encode_event(event))

    def marked(self, ended: RunEnded) -> RunEnded:
        """The end of the run with what the recording lacks; all of that is known after `close`."""
        return msgspec.structs.replace(ended, unrecorded=" ".join(self._unrecorded.values()))

    def close(self, *, keep: bool) -> None:
        """Write what is left; without `keep` the folder is removed, as of a run that has nothing to show."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()
        if self.folder is not None and not keep:
            remove_session(self.folder)
            self.folder = None

    def _lose(self, problem: Problem) -> None:
        notice = Notice(t=self._now_s(), problem=problem)
        self._note(notice)
        self._on_loss(notice)

    def _note(self, notice: Notice) -> None:
        problem = notice.problem
        machine = "".join(problem.what.rpartition(": ")[:2])
        if self.folder is None:
            sentence = f"The run was not recorded. {problem.why}"
        elif problem.code == NOT_FETCHED:
            sentence = (
                problem.what
                if self._unrecorded
                else f"The recording is incomplete. {problem.what} {problem.todo}".rstrip()
            )
        else:
            sentence = f"The recording is incomplete from {notice.t:.1f} s of the run on: {machine}{problem.why}"
        self._unrecorded.setdefault(problem.what, sentence)


def _no_session(error: OSError) -> Problem:
    return Problem(
        code="recording_failed",
        what="The run is not being recorded.",
        why=f"The session folder could not be created: {error.strerror or error}.",
        todo="The run continues; what is not recorded can only be read on the screen.",
    )
