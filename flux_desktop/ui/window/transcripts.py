"""Saved transcripts and past sessions: export, open, replay."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.ramp import planned_seconds
from flux_desktop.ui.models.sound import read_shape
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.services.exporting import transcript, write
from flux_desktop.ui.services.past_run import PastRun, read_past_run
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.file_dialogs import ask_session, ask_where
from flux_desktop.ui.widgets.open_folder import open_folder
from flux_desktop.ui.window.recordings import GROUP

SAVED = "transcripts_saved"
NO_SESSION = Problem(code="no_session", what="No session is open.", todo="Run one, or choose File → Open Session.")


class Transcripts:
    """Files are read and written in the background; failures are shown in the window."""

    def __init__(self, state: AppState, page: LivePage, controller: RunController, tasks: UiTasks) -> None:
        self._state = state
        self._page = page
        self._controller = controller
        self._tasks = tasks

    @property
    def busy(self) -> bool:
        """Whether a run is active, so that no session can be opened."""
        return self._state.run.active

    def choose_session(self) -> None:
        """Ask for a session folder and show it."""
        ask_session(self._page.window(), default_sessions_dir(), self.open_session)

    def open_session(self, folder: Path, speed: float = 0.0) -> None:
        """Show a past run from its recording: at once, or replayed `speed` times as fast."""
        if not self.busy:
            self._tasks.start(f"opening {folder.name}", self._open(folder, speed), group=GROUP, exclusive=True)

    def show_folder(self) -> None:
        """Show the session folder of the run that is shown in the file manager."""
        folder = self._controller.session_folder
        if folder is None:
            self._page.banners.show_problem(NO_SESSION, "warn")
        else:
            open_folder(folder)

    def replay(self, speed: float) -> None:
        """Replay the run that is shown, from its recording."""
        folder = self._controller.session_folder
        if folder is None:
            self._page.banners.show_problem(NO_SESSION, "warn")
        else:
            self.open_session(folder, speed)

    async def _open(self, folder: Path, speed: float) -> None:
        with self._state.reads(folder.name):
            past, truth, file_s = await _read(folder, whole=speed > 0)
        self._page.banners.clear()
        planned_s = None if past.found else planned_seconds(past.plan, file_s)  # a search ends when it has an answer
        if self._controller.replay(past, speed, truth, planned_s):
            self._state.choices.take_options(past.plan.options)
            self._state.changed()

    def export_shown(self, suffix: str) -> None:
        """Save the transcript in front."""
        conn = self._page.transcripts.current()
        self.export([] if conn is None else [conn], suffix)

    def export_all(self, suffix: str) -> None:
        """Save all transcripts."""
        self.export(list(self._state.run.conversations), suffix)

    def export(self, conns: list[int], suffix: str) -> None:
        """Ask where, and save these connections' transcripts: one as a file, several into a folder."""
        if conns:
            ask_where(self._page.window(), conns, suffix, lambda path: self.save_transcripts(conns, suffix, path))

    def save_transcripts(self, conns: list[int], suffix: str, path: Path) -> None:
        """Write one connection's transcript to `path`, or several into the folder `path`."""
        self._tasks.start("saving transcripts", self._save(conns, suffix, path), group="export")

    async def _save(self, conns: list[int], suffix: str, path: Path) -> None:
        await self._controller.loaded(conns)
        conversations = [self._state.run.conversation(conn) for conn in conns]
        if len(conversations) == 1:
            files = {path: transcript(conversations[0], suffix)}
        else:
            files = {path / f"connection-{each.conn:04d}.{suffix}": transcript(each, suffix) for each in conversations}
        await file_work("Saving the transcripts", partial(write, files))
        path = next(iter(files))
        saved = Problem(
            code=SAVED,
            what="Transcript saved." if len(files) == 1 else f"{len(files):,} transcripts saved.",
            why=str(path if len(files) == 1 else path.parent),
        )
        self._page.banners.withdraw(SAVED)
        self._page.banners.show_problem(saved, "ok", {"Show in folder": partial(open_folder, path)})


async def _read(folder: Path, *, whole: bool) -> tuple[PastRun, SpokenWords | None, float | None]:
    """A past run, and the words and the length of its recording where these are known. Raises `ProblemError`."""
    past = await file_work(f"Reading the session {folder.name}", partial(read_past_run, folder, whole=whole))
    source = past.plan.source
    if isinstance(source, WavSource):
        # The recording may have been moved or deleted since; then there is no reference text.
        with contextlib.suppress(ProblemError):
            shape = await file_work("Reading the recording", partial(read_shape, Path(source.path), source.channel))
            return past, shape.truth(looped=source.loop), shape.duration_s
    return past, None, None
