"""Puts the presenter view into the window or onto a second screen, and gets what it shows from files."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_audio import SessionAudio, read_session_audio
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.listening import ListeningTrack
from flux_desktop.ui.models.presenter.keys import View
from flux_desktop.ui.models.presenter.recorded import RecordedPair, audio_of, recorded_pairs
from flux_desktop.ui.models.sound import read_shape
from flux_desktop.ui.panels.presenter import Presenter
from flux_desktop.ui.services.past_run import read_past_run
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.services.track_keeper import Check
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.screen_fit import PageScroller

if TYPE_CHECKING:
    from PySide6.QtGui import QScreen

SHAPES, PAIRS, OPEN = "presenter shapes", "presenter comparison", "presenter session"
SPEECH_HZ = 16_000
TITLE = "flux-desktop presenter"


class Presenting(QObject):
    """The presenter is a page of the window or a window of its own; only while it is shown does it cost anything."""

    def __init__(
        self,
        window: QMainWindow,
        theme: ThemeSource,
        state: AppState,
        controller: RunController,
        tasks: UiTasks,
        page: QWidget,
        check: Check,
    ) -> None:
        """`page` is what the window shows while the presenter is not in it; both are put into the window.

        `check` says why a file is not to be drawn.
        """
        super().__init__()
        self._check = check
        self._window, self._state, self._controller, self._tasks, self._page = window, state, controller, tasks, page
        self.presenter = Presenter(theme, state, motion_wanted)
        self.pages = QStackedWidget()
        self.scroller = PageScroller(self.pages)
        window.setCentralWidget(self.scroller)
        self.pages.addWidget(page)
        self.pages.addWidget(self.presenter)
        self.against: Path | None = None
        """A second session, on another endpoint, to show as B."""
        self._opened: Path | None = None
        """The session that `against` belongs to."""
        self._before = Qt.WindowState.WindowNoState
        self._own_window = False
        self._compares = False
        """Whether A and B are to be shown as soon as the session has been read."""
        self._pairs_of: tuple[Path | None, Path | None] = (None, None)
        self.presenter.left.connect(self.leave)
        self.presenter.comparison_wanted.connect(self._read_comparison)

    @property
    def moves(self) -> bool:
        """Whether something moves in the presenter although no run is in progress."""
        return self._state.presenting and self.presenter.clip is not None

    def heard(self) -> ListeningTrack | None:
        """The audio of the recorded comparison that is playing; None while none is."""
        clip = self.presenter.clip
        if clip is None or not self._state.presenting or not clip.pair.audio:
            return None
        return ListeningTrack(SPEECH_HZ, clip.pair.audio, clip.zero_s(time.monotonic()))

    def refresh(self) -> None:
        """Show what is new; called by the window's clock."""
        if self._state.presenting:
            if self._compares and self._state.run.ended is not None and not self._state.run.active:
                self._compares = False
                self.presenter.show_view(View.SPLIT)
            if self.presenter.choice.view is View.SPLIT:
                self._read_comparison()
            self.presenter.refresh()
            if self.presenter.shapes.wanted and not self._tasks.running(SHAPES):
                self._tasks.start("reading clips", self._read_shapes(), group=SHAPES)

    def toggle(self) -> None:
        """Switch to the presenter view in full screen, or back."""
        if self._state.presenting:
            self._leave()
            return
        self._enter()
        self.pages.setCurrentWidget(self.presenter)
        self.scroller.set_scrolled(False)
        self._window.menuBar().hide()
        self._before = self._window.windowState()
        self._window.setWindowState(self._before | Qt.WindowState.WindowFullScreen)
        self.presenter.setFocus(Qt.FocusReason.OtherFocusReason)
        self._state.changed()

    def toggle_second_screen(self) -> None:
        """Show the presenter in a window of its own, in full screen where there is a second screen, or close it."""
        if self._state.presenting:
            was_own = self._own_window
            self._leave()
            if was_own:
                return
        self._enter()
        self._own_window = True
        self.pages.removeWidget(self.presenter)
        self.presenter.setParent(None)
        self.presenter.setWindowTitle(TITLE)
        other = second_screen(self._window.screen(), QGuiApplication.screens())
        if other is None:
            self.presenter.resize(1280, 720)
            self.presenter.show()
        else:
            self.presenter.setGeometry(other.geometry())
            self.presenter.showFullScreen()
        self.presenter.setFocus(Qt.FocusReason.OtherFocusReason)
        self._state.changed()

    async def open(self, sessions: Sequence[Path], show: Callable[[Path, float], object]) -> None:
        """Replay a session, or play a recorded comparison: of two settings in one session, of two endpoints in two.

        `show` shows a session at a speed, 0 for at once. Raises `ProblemError`.
        """
        self.against = sessions[1] if len(sessions) > 1 else None
        self._opened = sessions[0]
        with self._state.reads(sessions[0].name):
            plan = await file_work(f"Reading the session {sessions[0].name}", partial(plan_of, sessions[0]))
        self._compares = self.against is not None or is_comparison(plan)
        show(sessions[0], 0.0 if self._compares else 1.0)

    def present(self, sessions: Sequence[Path], show: Callable[[Path, float], object]) -> None:
        """`open`, in the presenter view; a failure is shown."""
        if not self._state.presenting:
            self.toggle()
        self._tasks.start("opening the presenter", self.open(sessions, show), group=OPEN, exclusive=True)

    def step_back(self) -> None:
        """What Esc does in the window: one step back in the presenter, if it is there."""
        if self._state.presenting and not self._own_window:
            self.presenter.step_back()

    def leave(self) -> None:
        """Return to the page, or close the presenter's own window."""
        if self._state.presenting:
            self._leave()

    def _enter(self) -> None:
        self._state.presenting = True

    def _leave(self) -> None:
        self._state.presenting = False
        if self._own_window:
            self._own_window = False
            self.presenter.hide()
            self.pages.addWidget(self.presenter)
        else:
            self._window.setWindowState(self._before)
            self._window.menuBar().show()
            self.scroller.set_scrolled(True)
        self.pages.setCurrentWidget(self._page)
        self._state.changed()

    # ------------------------------------------------------------ files

    async def _read_shapes(self) -> None:
        while self.presenter.shapes.wanted and self._state.presenting:
            path = self.presenter.shapes.wanted[0]
            shape = None
            with contextlib.suppress(ProblemError):  # a clip that cannot be read is shown without its loudness
                if await self._check(path) is None:
                    shape = await file_work("Reading a clip", partial(read_shape, Path(path)))
            self.presenter.shapes.put(path, shape)

    def _read_comparison(self) -> None:
        """Read the recorded comparison that is shown, if the run is one and has ended."""
        run, folder = self._state.run, self._controller.session_folder
        plan = None if run.started is None else run.started.plan
        against = self.against if folder == self._opened else None
        is_one = plan is not None and (is_comparison(plan) or against is not None)
        wanted = (folder, against) if is_one and not run.active else (None, None)
        if wanted == self._pairs_of:
            return
        self._pairs_of = wanted
        self.presenter.set_pairs(())
        if wanted[0] is not None:
            read = self._read_pairs(wanted[0], wanted[1])
            self._tasks.start("reading the comparison", read, group=PAIRS, exclusive=True)

    async def _read_pairs(self, folder: Path, against: Path | None) -> None:
        self.presenter.set_pairs(await file_work("Reading the comparison", partial(read_pairs, folder, against)))
        self._state.changed()  # the window's clock stands still after a run: sound and waveform need it


def is_comparison(plan: RunPlan) -> bool:
    """Whether a run compares two settings on the same clips."""
    return len(set(plan.variants)) == 2


def plan_of(folder: Path) -> RunPlan:
    """The plan of a session. Blocks; raises `ProblemError` where the folder is no session."""
    return read_past_run(folder).plan


def read_pairs(folder: Path, against: Path | None = None) -> list[RecordedPair]:
    """The clips of a recorded comparison in both arms. Blocks; raises `ProblemError`."""
    from flux_desktop.experiments.read_traces import read_traces

    first = read_traces([folder])
    if against is None:
        pairs = recorded_pairs(first.plans[0], first.traces)
    else:
        second = read_traces([against])
        pairs = recorded_pairs(first.plans[0], first.traces, second.traces, second.plans[0].endpoint)
    audio = read_session_audio(folder)
    return [replace(pair, audio=audio_of(pair.a.trace, _segments(audio, pair.a.trace.conn))) for pair in pairs]


def _segments(audio: SessionAudio, conn: int) -> list[Segment]:
    """What can be heard of a connection; nothing where its files have changed."""
    segments = audio.segments(conn)
    return [] if isinstance(segments, Problem) else segments


def second_screen(own: QScreen, screens: list[QScreen]) -> QScreen | None:
    """The first screen on which the window is not; None where there is one screen."""
    return next((screen for screen in screens if screen != own), None)


def motion_wanted() -> bool:
    """Whether things may move that need not: False where the system is set to reduce motion."""
    style = QGuiApplication.styleHints()  # kept: its hints would go with it
    hints = style.accessibility()
    return hints.motionPreference() is not Qt.MotionPreference.ReducedMotion
