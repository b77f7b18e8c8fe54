"""The window: composes the panels, feeds them at one pace, and ends everything when it is closed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.base.threads import file_work
from flux_desktop.base.versions import versions
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, MicrophoneSource, RunPlan, WavSource
from flux_desktop.local_faults import FAULTS
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.endpoints import EndpointList
from flux_desktop.ui.models.live_parameters import LiveParameters
from flux_desktop.ui.models.microphone import Microphones, SilenceWatch
from flux_desktop.ui.models.ramp import planned_seconds
from flux_desktop.ui.models.run_model import RunModel
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
from flux_desktop.ui.services.account import Account, AwsAccount
from flux_desktop.ui.services.device_watch import DeviceWatch
from flux_desktop.ui.services.engine_port import EngineFactory
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.services.level_watch import LevelWatch
from flux_desktop.ui.services.mailbox import Mailbox, RefreshClock
from flux_desktop.ui.services.plan_from_form import run_plan
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.basics import copy_text
from flux_desktop.ui.widgets.log_dialog import LogDialog
from flux_desktop.ui.widgets.text_dialog import TextDialog
from flux_desktop.ui.window.diagnostics import LogKeeper, report
from flux_desktop.ui.window.endpoint_loader import EndpointLoader
from flux_desktop.ui.window.live_controls import LiveControls
from flux_desktop.ui.window.menus import build_menus
from flux_desktop.ui.window.refresher import Refresher
from flux_desktop.ui.window.settings import RECENT_MAX
from flux_desktop.ui.window.transcripts import Transcripts

RIGHT_PX = 372
LICENCES, BILL = "notices/third-party-licences.txt", "notices/sbom.cdx.json"
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
        self.microphones = Microphones()
        self.silence = SilenceWatch()
        self.mailbox = Mailbox()
        self.tasks = UiTasks(self.show_problem)
        self.controller = RunController(self.model, self.mailbox, self.tasks, make_engine)
        self.archive = Transcripts(self)
        self.live = LiveParameters()
        self.local = LocalBehaviour()
        self.heartbeat = Heartbeat(self)
        self.shape: WavShape | None = None
        self.recent: list[str] = []
        self.log = LogKeeper()
        self._closing = False
        self.shows_stalls = False
        self._before_presenting = Qt.WindowState.WindowNoState
        self.setWindowTitle("flux-desktop")
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(1100, 700))
        self.resize(1440, 900)
        self._compose()
        display = self.display = Refresher(self)
        self._wire()
        self.devices = DeviceWatch(self.microphones, self.tasks, self.sound_panel.microphone.refresh)
        self.levels = LevelWatch(
            self.microphones,
            self.tasks,
            display.begin_level,
            display.take_level,
            self.sound_panel.microphone.set_trouble,
        )
        self.loader = EndpointLoader(self.endpoint_panel, self.endpoints, account or AwsAccount(), self.tasks)
        self.clock = RefreshClock(
            self.mailbox, display.take_event, display.draw_curves, display.draw_texts, display.draw_labels, self
        )

    # -- composition ------------------------------------------------------------------------------------------

    def _compose(self) -> None:
        theme, model = self.theme, self.model
        self.run_bar = RunBar(theme)
        self.endpoint_panel = EndpointPanel(theme, self.endpoints)
        self.sound_panel = SoundPanel(theme, self.microphones)
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
        self.steering = LiveControls(self)
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
        self.sound_panel.mode_changed.connect(self._sound_changed)
        self.sound_panel.sample_wanted.connect(self.load_sample)
        self.transcripts.export_wanted.connect(lambda conn, suffix: self.archive.export([conn], suffix))
        self.endpoint_panel.usual_wanted.connect(lambda: self.set_local_behaviour(LocalBehaviour()))
        self.controller.problem.connect(self.show_problem)
        self.controller.phase_changed.connect(self.display.draw_labels)

    # -- what a person does -----------------------------------------------------------------------------------

    def begin(self, *, load_account: bool = False) -> None:
        """Show the window and start its clock; the plots follow when it has been painted.

        With `load_account` the account's endpoints are loaded too, where this machine knows an account.
        """
        self.show()
        self.display.draw_labels()
        self.sound_panel.choose_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.clock.start()
        self.heartbeat.start()
        QTimer.singleShot(0, self._build_plots)
        if load_account:
            self.loader.begin()

    def load_sample(self) -> None:
        """Choose the bundled conversation."""
        try:
            self.load_wav(str(resource_path(SAMPLE_RECORDING)))
        except FileNotFoundError as error:
            self.show_problem(Problem(code="sample_missing", what=str(error)))

    def load_wav(self, path: str) -> None:
        """Choose a recording; it is read in the background."""
        self.tasks.start(f"reading {Path(path).name}", self._read_wav(Path(path)), group="wav", exclusive=True)

    def start_at_once(self) -> None:
        """Start; with no recording chosen yet, with the sample."""
        if self.shape is not None or self.sound_panel.uses_microphone:
            self.start_run()
            return
        self.tasks.start("starting with the sample", self._start_with_sample(), group="wav", exclusive=True)

    async def _start_with_sample(self) -> None:
        await self._read_wav(resource_path(SAMPLE_RECORDING))
        self.start_run()

    def start_run(self) -> None:
        """Start with the settings shown; with no recording chosen the person is told what to do."""
        source = self._source()
        if self.model.active or source is None:
            return
        self.banners.clear()
        self.endpoint_panel.set_note("")
        try:
            plan = self.plan(source)
        except ProblemError as error:
            self.show_problem(error.problem)
            return
        truth = None
        if isinstance(plan.source, WavSource) and self.shape is not None:
            truth = self.shape.truth(looped=plan.source.loop)
        self.silence = SilenceWatch()
        self.sound_panel.microphone.meter.reset()
        self.levels.update(False)
        planned_s = planned_seconds(plan, self.shape.duration_s if self.shape is not None else None)
        if self.controller.start(plan, truth, planned_s, self.levels.released):
            self.heartbeat.start()  # the figures of a run are its own
            self.live.begin(plan.options, refused_before=plan.endpoint in self.steering.refuses_configure)
            self.run_bar.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def plan(self, source: WavSource | MicrophoneSource) -> RunPlan:
        """What is chosen, as a plan; raises `ProblemError` where the ramp or a limit cannot be read."""
        return run_plan(
            endpoint=self.endpoint_panel.selected(),
            access=self.endpoint_panel.account.access(),
            source=source,
            options=self.flux_panel.options(),
            connections=self.run_bar.connections.value(),
            duration_s=self.run_bar.duration.value(),
            ramp=self.run_bar.ramp,
            local_arguments=self.local.arguments(),
        )

    def set_local_behaviour(self, behaviour: LocalBehaviour) -> None:
        """How the built-in endpoint is to behave from the next run on."""
        self.local = behaviour
        kind = FAULTS.get(behaviour.fault)
        meaning = "" if kind is None else kind.sentence
        self.endpoint_panel.set_unusual(behaviour.fault_words(), meaning, behaviour.build_words())
        self.display.draw_labels()

    def local_arguments_wanted(self) -> tuple[str, ...] | None:
        """What the built-in endpoint should be started with before it is needed; None while it is not, or is in use."""
        chosen = self.endpoint_panel.selected() == LOCAL_ENDPOINT
        return self.local.arguments() if chosen and not self.model.active else None

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
        self.display.draw_texts()

    def show_log(self) -> None:
        """Show the newest log lines, and what comes to them."""
        LogDialog(self, lambda: list(self.log.lines)).open()

    def show_about(self) -> None:
        """Show versions, and the licences of all parts."""
        words = "\n".join(f"{name:34} {version}" for name, version in versions())
        words += f"\n\n{resource_path(BILL)}\n\n{resource_path(LICENCES).read_text('utf-8')}"
        heading = "flux-desktop: try, tune and show Deepgram Flux on Amazon SageMaker"
        TextDialog(self, "About flux-desktop", heading, words).open()

    def copy_diagnostics(self) -> None:
        """Put versions, the run's state and the newest log lines on the clipboard, without secrets."""
        copy_text(report(self.model, list(self.log.lines)))
        told = Problem(code="copied", what="The diagnostics are on the clipboard; secrets have been removed.")
        self.show_problem(told, "ok")

    def show_problem(self, problem: Problem, tone: str = "danger") -> None:
        """Tell a person of a problem, above the transcripts."""
        self.banners.show_problem(problem, tone)

    def _source(self) -> WavSource | MicrophoneSource | None:
        """What is chosen, or None once the person has been told what to do first."""
        if self.sound_panel.uses_microphone:
            return self.microphones.source()
        if self.shape is not None:
            return WavSource(path=str(self.shape.path), loop=self.run_bar.loop.isChecked())
        todo = "Open a WAV file on the left, drop one on this window, or press “Use the sample”."
        self.show_problem(Problem(code="no_sound", what="No recording is chosen.", todo=todo), "warn")
        return None

    def _sound_changed(self) -> None:
        microphone = self.sound_panel.uses_microphone
        self.devices.watch(microphone)
        self.plots.set_microphone(microphone)
        self.display.draw_labels()

    async def _read_wav(self, path: Path) -> None:
        try:
            shape = await file_work(f"Reading {path.name}", lambda: read_shape(path))
        except ProblemError as error:
            self.show_problem(error.problem)
            return
        self.shape = shape
        self.recent = [str(path), *(other for other in self.recent if other != str(path))][:RECENT_MAX]
        self.sound_panel.show_shape(shape)
        self.display.draw_labels()
        self.run_bar.start_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- behind the scenes -----------------------------------------------------------------------------------

    def _build_plots(self) -> None:
        self.plots.build()
        self.plots.set_microphone(self.sound_panel.uses_microphone)
        self.plots.set_front(self.transcripts.current())

    # -- closing ----------------------------------------------------------------------------------------------

    async def _close_all(self) -> None:
        await self.tasks.close(CLOSE_MAX_S)
        self.closed.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        # The window goes at once; what runs behind it is ended within a bounded time.
        event.accept()
        if not self._closing:
            self._closing = True
            for dialog in self.findChildren(QDialog):
                dialog.close()
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
