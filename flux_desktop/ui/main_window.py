"""The window: composes the panels, feeds them at one pace, and ends everything when it is closed."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from flux_desktop.engine.commands import ConfigureStreams, SendControl
from flux_desktop.engine.events import Event, Notice, RunEnded, RunStarted
from flux_desktop.engine.plan import WavSource
from flux_desktop.engine.session import default_sessions_dir
from flux_desktop.problem import Problem, ProblemError
from flux_desktop.resources import resource_path
from flux_desktop.ui.account import Account, AwsAccount
from flux_desktop.ui.bridge import Mailbox, ScreenClock
from flux_desktop.ui.dialogs import ask_session, ask_where
from flux_desktop.ui.endpoint_loader import EndpointLoader
from flux_desktop.ui.engine_port import EngineFactory
from flux_desktop.ui.exporting import transcript, write
from flux_desktop.ui.form import SAMPLE, file_plan, planned_seconds
from flux_desktop.ui.heartbeat import Heartbeat
from flux_desktop.ui.menus import build_menus
from flux_desktop.ui.models.endpoints import EndpointList
from flux_desktop.ui.models.live_parameters import LiveParameters
from flux_desktop.ui.models.run_model import Phase, RunModel
from flux_desktop.ui.models.sound import WavShape, read_shape
from flux_desktop.ui.panels.endpoint_panel import EndpointPanel
from flux_desktop.ui.panels.flux_panel import FluxPanel
from flux_desktop.ui.panels.left_column import left_column
from flux_desktop.ui.panels.plot_column import PlotColumn
from flux_desktop.ui.panels.presenter import Presenter
from flux_desktop.ui.panels.run_bar import RunBar
from flux_desktop.ui.panels.sound_panel import SoundPanel
from flux_desktop.ui.panels.status_line import StatusLine
from flux_desktop.ui.panels.transcript_panel import TranscriptPanel
from flux_desktop.ui.run_controller import RunController
from flux_desktop.ui.sessions import read_past_run
from flux_desktop.ui.summary import summary
from flux_desktop.ui.tasks import UiTasks
from flux_desktop.ui.theme import SPACE_M, ThemeSource
from flux_desktop.ui.widgets.banner import BannerStack

RIGHT_PX = 372
CLOSE_MAX_S = 4.5


class MainWindow(QMainWindow):
    """Everything a person sees.

    Signals:
        run_finished: a run has ended and its last event is on the screen.
        closed: the window is gone and all its tasks have ended (or `CLOSE_MAX_S` have passed).
    """

    run_finished = Signal()
    closed = Signal()

    def __init__(self, theme: ThemeSource, make_engine: EngineFactory, account: Account | None = None) -> None:
        super().__init__()
        self.theme = theme
        self.model = RunModel()
        self.endpoints = EndpointList()
        self.mailbox = Mailbox()
        self.tasks = UiTasks(self.show_problem)
        self.controller = RunController(self.model, self.mailbox, self.tasks, make_engine)
        self.live = LiveParameters()
        self.heartbeat = Heartbeat(self)
        self.shape: WavShape | None = None
        self._closing = False
        self._before_presenting = Qt.WindowState.WindowNoState
        self.setWindowTitle("flux-desktop")
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(1100, 700))
        self.resize(1440, 900)
        self._compose()
        self._wire()
        self.loader = EndpointLoader(self.endpoint_panel, self.endpoints, account or AwsAccount(), self.tasks)
        self.clock = ScreenClock(
            self.mailbox, self._take_event, self._draw_curves, self._draw_texts, self._draw_labels, self
        )

    # -- composition ------------------------------------------------------------------------------------------

    def _compose(self) -> None:
        theme, model = self.theme, self.model
        self.run_bar = RunBar(theme)
        self.endpoint_panel = EndpointPanel(theme, self.endpoints)
        self.sound_panel = SoundPanel(theme)
        self.flux_panel = FluxPanel()
        self.transcripts = TranscriptPanel(theme, model)
        self.plots = PlotColumn(theme, model)
        self.plots.setFixedWidth(RIGHT_PX)
        self.status = StatusLine()
        self.banners = BannerStack(theme)
        body = QWidget()
        body.setObjectName("body")
        columns = QHBoxLayout(body)
        columns.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        columns.setSpacing(SPACE_M)
        columns.addWidget(left_column(self.endpoint_panel, self.sound_panel, self.flux_panel))
        middle = QVBoxLayout()
        middle.setSpacing(SPACE_M)
        middle.addWidget(self.banners)
        middle.addWidget(self.transcripts, 1)
        columns.addLayout(middle, 1)
        columns.addWidget(self.plots)
        central = QWidget()
        rows = QVBoxLayout(central)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.run_bar)
        rows.addWidget(body, 1)
        rows.addWidget(self.status)
        self.presenter = Presenter(theme, model)
        self.pages = QStackedWidget()
        self.pages.addWidget(central)
        self.pages.addWidget(self.presenter)
        self.setCentralWidget(self.pages)
        build_menus(self)

    def _wire(self) -> None:
        self.run_bar.start_clicked.connect(self.start_run)
        self.run_bar.stop_clicked.connect(self.controller.stop)
        self.run_bar.present_clicked.connect(self.toggle_presenter)
        self.transcripts.shown.connect(self.presenter.set_front)
        self.run_bar.theme_clicked.connect(self.theme.toggle)
        self.transcripts.start_clicked.connect(self.start_at_once)
        self.transcripts.shown.connect(self.plots.set_front)
        self.sound_panel.file_chosen.connect(self.load_wav)
        self.sound_panel.sample_wanted.connect(self.load_sample)
        self.transcripts.export_wanted.connect(lambda conn, suffix: self.export([conn], suffix))
        self.flux_panel.changed.connect(self._parameters_edited)
        self.flux_panel.controls.pressed.connect(self._control_pressed)
        self.controller.problem.connect(self.show_problem)
        self.controller.phase_changed.connect(self._draw_labels)

    # -- what a person does -----------------------------------------------------------------------------------

    def begin(self, *, load_account: bool = False) -> None:
        """Show the window and start its clock; the plots follow when it has been painted.

        With `load_account` the account's endpoints are loaded too, where this machine knows an account.
        """
        self.show()
        self._draw_labels()
        self.sound_panel.choose_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.clock.start()
        self.heartbeat.start()
        QTimer.singleShot(0, self._build_plots)
        if load_account:
            self.loader.begin()

    def load_sample(self) -> None:
        """Choose the bundled conversation."""
        try:
            self.load_wav(str(resource_path(SAMPLE)))
        except FileNotFoundError as error:
            self.show_problem(Problem(code="sample_missing", what=str(error)))

    def load_wav(self, path: str) -> None:
        """Choose a recording; it is read in the background."""
        self.tasks.start(f"reading {Path(path).name}", self._read_wav(Path(path)), group="wav", exclusive=True)

    def start_at_once(self) -> None:
        """Start; with no recording chosen yet, with the sample."""
        if self.shape is not None:
            self.start_run()
            return
        self.tasks.start("starting with the sample", self._start_with_sample(), group="wav", exclusive=True)

    async def _start_with_sample(self) -> None:
        await self._read_wav(resource_path(SAMPLE))
        self.start_run()

    def start_run(self) -> None:
        """Start with the settings shown; with no recording chosen the person is told what to do."""
        if self.model.active:
            return
        if self.shape is None:
            self.show_problem(
                Problem(
                    code="no_sound",
                    what="No recording is chosen.",
                    todo="Choose a WAV file on the left, drop one on this window, or press “Use the sample”.",
                ),
                "warn",
            )
            return
        self.banners.clear()
        self.endpoint_panel.set_note("")
        plan = file_plan(
            endpoint=self.endpoint_panel.selected(),
            access=self.endpoint_panel.account.access(),
            file=self.shape.path,
            options=self.flux_panel.options(),
            connections=self.run_bar.connections.value(),
            duration_s=self.run_bar.duration.value(),
            loop=self.run_bar.loop.isChecked(),
        )
        if self.controller.start(plan, self.shape.truth(looped=self.run_bar.loop.isChecked())):
            self.live.begin(plan.options)
            self.run_bar.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def presenting(self) -> bool:
        """Whether the presenter's view is shown."""
        return self.pages.currentWidget() is self.presenter

    def leave_presenter(self) -> None:
        """Go back to the whole window, if the presenter's view is shown."""
        if self.presenting:
            self.toggle_presenter()

    def toggle_presenter(self) -> None:
        """Go to the presenter's view on the whole screen, or back."""
        entering = not self.presenting
        self.pages.setCurrentIndex(1 if entering else 0)
        self.menuBar().setVisible(not entering)
        if entering:
            self._before_presenting = self.windowState()
            self.setWindowState(self.windowState() | Qt.WindowState.WindowFullScreen)
            self.presenter.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setWindowState(self._before_presenting)
        self._draw_texts()

    def choose_session(self) -> None:
        """Ask for a past session's folder and show it."""
        ask_session(self, default_sessions_dir(), self.open_session)

    def open_session(self, folder: Path, speed: float = 0.0) -> None:
        """Show a past run from its recording: at once, or replayed `speed` times as fast."""
        if not self.model.active:
            self.tasks.start(f"opening {folder.name}", self._open_session(folder, speed), group="wav", exclusive=True)

    def replay(self, speed: float) -> None:
        """Play the run that is shown once more, from its recording."""
        folder = self.controller.session_folder
        if folder is None:
            self.show_problem(Problem(code="no_session", what="No session is open.", todo="Open one first."), "warn")
        else:
            self.open_session(folder, speed)

    async def _open_session(self, folder: Path, speed: float) -> None:
        past = await asyncio.to_thread(read_past_run, folder)
        source = past.plan.source
        truth = None
        if isinstance(source, WavSource):
            # The recording's own file may have gone meanwhile; then its turns are shown without the truth.
            with contextlib.suppress(ProblemError):
                shape = await asyncio.to_thread(read_shape, Path(source.path))
                truth = shape.truth(looped=source.loop)
        self.banners.clear()
        if self.controller.replay(past, speed, truth):
            self.flux_panel.set_options(past.plan.options)

    def export(self, conns: list[int], suffix: str) -> None:
        """Ask where to, and save these connections' transcripts: one as a file, several into a folder."""
        if conns:
            ask_where(self, conns, suffix, lambda path: self.save_transcripts(conns, suffix, path))

    def save_transcripts(self, conns: list[int], suffix: str, path: Path) -> None:
        """Write one connection's transcript to `path`, or several into the folder `path`."""
        talks = [self.model.conversation(conn) for conn in conns]
        names = [path] if len(talks) == 1 else [path / f"connection-{talk.conn:04d}.{suffix}" for talk in talks]
        files = {name: transcript(talk, suffix) for name, talk in zip(names, talks, strict=True)}
        self.tasks.start("saving transcripts", asyncio.to_thread(write, files), group="export")

    def show_problem(self, problem: Problem, tone: str = "danger") -> None:
        """Tell a person of a problem, above the transcripts."""
        self.banners.show_problem(problem, tone)

    def _parameters_edited(self) -> None:
        self.live.edit(self.flux_panel.options())

    def _targets(self) -> list[int] | None:
        front = self.transcripts.current()
        return None if self.flux_panel.controls.target.currentIndex() == 0 or front is None else [front]

    def _control_pressed(self, name: str) -> None:
        self.controller.send(SendControl(control=name, connections=self._targets()))

    def _draw_parameters(self) -> None:
        if self.model.phase is Phase.RUNNING and (change := self.live.take_change()) is not None:
            self.controller.send(ConfigureStreams(message=change, connections=self._targets()))
        targets = self._targets() or list(self.model.conversations)
        self.flux_panel.show_states(self.live.states(self.model.conversation(conn) for conn in targets))
        running = self.model.phase is Phase.RUNNING
        self.flux_panel.controls.refresh(self.live.bundle if running else None, running=running)

    async def _read_wav(self, path: Path) -> None:
        try:
            shape = await asyncio.to_thread(read_shape, path)
        except ProblemError as error:
            self.show_problem(error.problem)
            return
        self.shape = shape
        self.sound_panel.show_shape(shape)
        self._draw_labels()
        self.run_bar.start_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what the clock does ----------------------------------------------------------------------------------

    def _build_plots(self) -> None:
        self.plots.build()
        self.plots.set_front(self.transcripts.current())

    def _take_event(self, event: Event) -> None:
        self.model.feed(event)
        self.live.feed(event)
        if isinstance(event, RunStarted):
            self.live.bundle_known(event.plan.bundle)
            self.endpoint_panel.set_note(" ".join(event.notes))
        elif isinstance(event, Notice):
            self.show_problem(event.problem, "warn")
        elif isinstance(event, RunEnded):
            self.live.end()
            told = summary(self.model, self.controller.session_folder)
            if event.problem is not None:
                self.show_problem(event.problem)
            elif told is not None:
                self.show_problem(*told)
            self._draw_texts()
            self._draw_labels()
            self.run_finished.emit()

    def _draw_curves(self) -> None:
        if not self.presenting:
            self.plots.refresh()

    def _draw_texts(self) -> None:
        self.transcripts.refresh()
        if self.presenting:
            self.presenter.refresh()

    def _draw_labels(self) -> None:
        duration_s, loop = self.run_bar.duration.value(), self.run_bar.loop.isChecked()
        ready = self.shape is not None
        self.run_bar.refresh(self.model, planned_seconds(self.shape, duration_s, loop))
        self.transcripts.set_ready(ready)
        self.transcripts.refresh_icons()
        locked = self.model.active
        self.endpoint_panel.set_locked(locked)
        self.sound_panel.set_locked(locked)
        self.flux_panel.set_locked(locked)
        self._draw_parameters()
        folder = self.controller.session_folder
        idle = "Ready: press Start." if ready else "Choose a recording to begin."
        stalls = self.heartbeat.stalls() if self.model.active else None
        self.status.refresh(self.model, idle, None if folder is None else folder.name, stalls)
        self._draw_position()

    def _draw_position(self) -> None:
        conn = self.transcripts.current()
        if conn is None or self.shape is None or not self.shape.duration_s:
            return
        talk = self.model.conversation(conn)
        if talk.row is None or not self.model.active:
            return
        length_s = self.shape.duration_s
        lap_s = talk.row.position_s // length_s * length_s if self.run_bar.loop.isChecked() else 0.0
        turns = [
            (max(0.0, card.start_s - lap_s), min(card.end_s - lap_s, length_s))
            for card in talk.cards[-40:]
            if card.tone != "note" and card.end_s > lap_s and card.start_s - lap_s < length_s
        ]
        self.sound_panel.waveform.set_position(min(talk.row.position_s - lap_s, length_s), turns)

    # -- closing ----------------------------------------------------------------------------------------------

    async def _close_all(self) -> None:
        await self.tasks.close(CLOSE_MAX_S)
        self.closed.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        # The window goes at once; what runs behind it is ended within a bounded time.
        event.accept()
        if not self._closing:
            self._closing = True
            self.clock.stop()
            self.heartbeat.stop()
            self.tasks.start("closing", self._close_all())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.model.active and any(u.toLocalFile().lower().endswith(".wav") for u in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.toLocalFile().lower().endswith(".wav"):
                self.load_wav(url.toLocalFile())
                event.acceptProposedAction()
                return
