"""The main window: composes state, pages and services, and ends everything when it is closed."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QMainWindow

from flux_desktop.engine.records.events import Event
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.pages.page_frame import LIVE, PageFrame
from flux_desktop.ui.pages.sessions_page import SessionsPage
from flux_desktop.ui.panels.clips_dialog import ClipsDialog
from flux_desktop.ui.panels.columns_dialog import ColumnsDialog
from flux_desktop.ui.panels.speech_models_dialog import SpeechModelsDialog
from flux_desktop.ui.services.account import Account, AwsAccount
from flux_desktop.ui.services.account_follower import AccountFollower
from flux_desktop.ui.services.collector import Collector
from flux_desktop.ui.services.engine_port import EngineFactory
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.services.mailbox import Mailbox, RefreshClock
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.session_files import SessionFiles
from flux_desktop.ui.services.speech_model_fetcher import SpeechModelFetcher
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.services.track_keeper import TrackKeeper
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.drop_hint import DropHint
from flux_desktop.ui.window import menus
from flux_desktop.ui.window.budget_keeper import BudgetKeeper
from flux_desktop.ui.window.deferred_pages import DeferredPages
from flux_desktop.ui.window.diagnostics import LogKeeper
from flux_desktop.ui.window.endpoint_loader import EndpointLoader
from flux_desktop.ui.window.endpoint_prober import EndpointProber
from flux_desktop.ui.window.file_drop import FileDrop
from flux_desktop.ui.window.help_dialogs import HelpDialogs
from flux_desktop.ui.window.listening_control import ListeningControl
from flux_desktop.ui.window.live_controls import LiveControls
from flux_desktop.ui.window.microphone_preview import MicrophonePreview
from flux_desktop.ui.window.page_parts import PageParts
from flux_desktop.ui.window.presenting import Presenting
from flux_desktop.ui.window.price_keeper import PriceKeeper
from flux_desktop.ui.window.quit_dialog import ask_to_quit
from flux_desktop.ui.window.recordings import Recordings
from flux_desktop.ui.window.refresher import Refresher
from flux_desktop.ui.window.run_accuracy import RunAccuracyView
from flux_desktop.ui.window.run_again import RunAgain
from flux_desktop.ui.window.run_events import RunEvents
from flux_desktop.ui.window.run_starter import RunStarter
from flux_desktop.ui.window.screen_fit import WINDOW_SMALLEST, fitted
from flux_desktop.ui.window.session_keeper import SessionKeeper
from flux_desktop.ui.window.transcripts import NO_SESSION, Transcripts
from flux_desktop.ui.window.waveform_reader import WaveformReader

CLOSE_MAX_S = 4.5


class MainWindow(QMainWindow):
    """The window with its pages.

    Signals:
        run_finished: a run has ended and its last event is on the screen.
        closed: the window is closed and all its tasks have ended (or `CLOSE_MAX_S` have passed).
    """

    run_finished = Signal()
    closed = Signal()

    def __init__(self, theme: ThemeSource, make_engine: EngineFactory, account: Account | None = None) -> None:
        super().__init__()
        self.setWindowTitle("flux-desktop")
        self.setAcceptDrops(True)
        self.setMinimumSize(WINDOW_SMALLEST)
        self.theme, self.state, self.log = theme, AppState(), LogKeeper()
        self.heartbeat, self.collector = Heartbeat(self), Collector(self)
        page = self.live_page = LivePage(theme, self.state, self.heartbeat)
        self.tasks = UiTasks(page.banners.show_problem)
        self.mailbox = Mailbox()
        self.controller = RunController(self.state.run, self.mailbox, self.tasks, make_engine)
        self.recordings = Recordings(self.state, self.tasks)
        files = SessionFiles(self.state.run, lambda: self.controller.session_folder)
        self.tracks = TrackKeeper(self.state.run, self.tasks, files.problem)
        page.transcripts.timeline.tracks = self.tracks.track
        self.waveforms = WaveformReader(self.state, self.tasks, page.sound_panel.reading)
        self.transcripts = Transcripts(self.state, page, self.controller, self.tasks)
        self.preview = MicrophonePreview(self.state, page.sound_panel.microphone, page.banners, self.tasks)
        self.starter = RunStarter(self.state, self.controller, self.preview, page.banners)
        self.live_controls = LiveControls(self.state, page, self.controller)
        self.sound = ListeningControl(self.state, page, self.controller, self.tasks)
        self.refresher = Refresher(self.state, page, self.controller)
        self.accuracy = RunAccuracyView(self, self.state, theme, page.banners, self.tasks)
        self.events = RunEvents(self.state, page, self.controller, self.preview, self.accuracy)
        self.prober = EndpointProber(self.state, theme, self.tasks)
        self.loader = EndpointLoader(
            page.endpoint_panel, self.state, account or AwsAccount(), self.tasks, self.prober.show
        )
        self.speech_models = SpeechModelFetcher(self.state, self.tasks)
        self.help = HelpDialogs(self, self.state.run, self.log, page.banners, self.tasks)
        self.prices = PriceKeeper(self.state, self.tasks)
        self.account = AccountFollower(self.state, self.tasks, lambda: self.controller.newest_folder)
        parts = PageParts(theme, self.state, self.controller, self.prices, page.banners, self.tasks)
        pages = self.pages = DeferredPages(parts)
        self.sessions_page = SessionsPage(theme)
        self.budget = BudgetKeeper(self.state, self.controller, page.banners, pages.searches_capacity)
        self.frame = PageFrame(theme, self.state, page, pages.tune_page, pages.capacity_page, self.sessions_page)
        self.presenting = Presenting(self, theme, self.state, self.controller, self.tasks, self.frame, files.problem)
        self.presenter, self.scroller = self.presenting.presenter, self.presenting.scroller
        self.sessions = SessionKeeper(self.sessions_page, self.frame, self.transcripts, page.banners, self.tasks)
        self.drop_hint = DropHint(self.scroller)
        self.recordings.ask_columns = lambda error, chosen: ColumnsDialog(self, error, chosen).open()
        self.file_drop = FileDrop(self.state, self.drop_hint, self.recordings.load)
        self.clock = RefreshClock(
            self.mailbox,
            self._take,
            on_curves=(self.refresher.draw_curves, self.preview.refresh, self.presenting.refresh, self.sound.refresh),
            on_texts=(self.refresher.draw_texts,),
            on_labels=(
                self.live_controls.refresh,
                self.sound.update,
                self.refresher.draw_labels,
                self.account.refresh,
                self.pages.refresh,
            ),
            active=lambda: self.state.run.active or self.preview.on or self.presenting.moves or self.sound.active,
            parent=self,
        )
        self.state.listen(self._pace_timers)
        self._fitted = QSize()
        """The size that the screen allowed when the window opened; it is not the user's choice."""
        self._closing = False
        self._wire()
        self._build_menus()
        self.resize(self.state.choices.width, self.state.choices.height)

    def _wire(self) -> None:
        page, state, presenting = self.live_page, self.state, self.presenting
        page.run_bar.start_clicked.connect(self.start_live)
        page.run_bar.stop_clicked.connect(self.controller.stop)
        page.run_bar.present_clicked.connect(self.toggle_presenter)
        page.transcripts.start_clicked.connect(lambda: self.starter.start_at_once(self.recordings, self.tasks))
        page.transcripts.empty.recording_wanted.connect(page.sound_panel.choose)
        page.transcripts.empty.account_wanted.connect(lambda: page.endpoint_panel.open_account(True))
        page.transcripts.export_wanted.connect(lambda conn, suffix: self.transcripts.export([conn], suffix))
        page.transcripts.shown.connect(self.presenter.set_front)
        self.presenter.picked.connect(page.transcripts.show_connection)
        self.presenter.selected = page.transcripts.selected
        self.presenter.set_tracks(self.tracks.track)
        self.presenter.playing = lambda: self.sound.active
        self.presenter.one.played = self.sound.player.position_s
        self.sound.presented = self.presenting.heard
        page.transcripts.shown.connect(self.controller.watch)
        page.transcripts.timeline.looked_at.connect(self.controller.watch)
        page.transcripts.all_wanted.connect(self.controller.load_all)
        page.status.folder_wanted.connect(self.transcripts.show_folder)
        page.sound_panel.file_chosen.connect(self.recordings.load)
        page.sound_panel.data_set.inspect_wanted.connect(self.show_clips)
        page.sound_panel.channel_chosen.connect(self.recordings.choose_channel)
        page.sound_panel.sample_wanted.connect(self.recordings.load_sample)
        page.endpoint_panel.models_wanted.connect(self.show_speech_models)
        self.speech_models.failed.connect(page.banners.show_problem)
        self.controller.problem.connect(page.banners.show_problem)
        self.controller.warning.connect(lambda problem: page.banners.show_problem(problem, "warn"))
        self.controller.phase_changed.connect(state.changed)
        for act in (self.pages.run_finished, self.account.run_finished, self.controller.run_shown):
            self.events.run_finished.connect(act)
        self.sessions.serve(self.events, self.controller)
        self.sessions.present = lambda folders: presenting.present(folders, self.transcripts.open_session)
        self.events.run_finished.connect(self.run_finished)
        self.theme.changed.connect(self._remember_theme)

    def _build_menus(self) -> None:
        bar, page = self.menuBar(), self.live_page
        menus.fill_file_menu(
            bar.addMenu("&File"), self.state, page, self.recordings, self.transcripts, self.write_report, self.quit
        )
        run = bar.addMenu("&Run")
        menus.fill_run_menu(run, page, self.start_live, self.controller, self.live_controls)
        again = RunAgain(self.state, self.controller, self.recordings, self.starter, page, self.tasks)
        menus.add_playback_actions(run, page, self.sound.player, again.run)
        menus.add_tune_actions(run, self.frame, self.pages.tune_page)
        menus.add_capacity_actions(run, self.frame, self.pages.capacity_page)
        view = bar.addMenu("&View")
        menus.add_page_actions(view, self.frame)
        menus.add_session_actions(view, self.frame, self.sessions_page)
        menus.fill_view_menu(view, self.frame, page, self.theme, self.accuracy)
        menus.add_probe_action(view, lambda: self.prober.show(self.state.endpoint, self))
        presenting = self.presenting
        present = menus.add_presenter_actions(
            view, presenting.toggle, presenting.toggle_second_screen, presenting.step_back
        )
        menus.fill_developer_menu(bar.addMenu("&Developer"), self.state, page)
        menus.fill_help_menu(bar.addMenu("&Help"), self.help)
        # The menu bar is hidden while presenting; these shortcuts keep working because the window owns them too.
        self.addActions([*present, *run.actions(), *view.actions()])

    def begin(self, *, load_account: bool = False) -> None:
        """Show the window and start its clock; the plots follow once it has been painted.

        With `load_account` the account's endpoints are loaded too, if this machine has an AWS configuration.
        """
        self.collector.start()
        self.show()
        self.speech_models.look()
        self.prices.begin()
        self.live_page.begin()
        self.clock.start()
        QTimer.singleShot(0, self.live_page.build_plots)
        if load_account:
            self.loader.begin()

    def _take(self, event: Event) -> None:
        self.events.take(event)
        self.budget.take(event)

    def start_live(self) -> None:
        """Start a run as chosen on the Live page, and show that page."""
        self.frame.show_page(LIVE)
        self.starter.start()

    def write_report(self) -> None:
        """Write the report of the run that is shown."""
        folder = self.controller.session_folder
        if folder is None:
            self.live_page.banners.show_problem(NO_SESSION, "warn")
        else:
            self.sessions.reports.write(folder)

    def show_speech_models(self) -> None:
        """Show which speech models are installed, and offer to download them."""
        self.speech_models.look()
        SpeechModelsDialog(self, self.state, self.speech_models).open()

    def show_clips(self) -> None:
        """Show the clips of the chosen data set."""
        if self.state.data_set is not None:
            ClipsDialog(self, self.theme, self.state.data_set, self.tasks).open()

    def toggle_presenter(self) -> None:
        """Switch to the presenter view in full screen, or back."""
        self.presenting.toggle()

    def fit_to_screen(self) -> None:
        """Make the window no larger than the screen that it opens on; the remembered size stays."""
        self._fitted = fitted(self.size(), self.screen().availableGeometry().size())
        self.resize(self._fitted)

    def _pace_timers(self) -> None:
        """No timer runs while nothing moves, nor after the close."""
        self.clock.wake()
        self.heartbeat.run(not self._closing and (self.state.run.active or self.state.shows_stalls))

    def _remember_theme(self) -> None:
        self.state.choices.theme = self.theme.mode

    def quit(self) -> None:
        """Close the window; asks first while a run is in progress."""
        if not self.state.run.active:
            self.close()
        else:
            ask_to_quit(self, self.close)

    async def _close_all(self) -> None:
        await self.controller.finish(CLOSE_MAX_S / 2)  # a cancelled run would be recorded without its figures
        await self.tasks.close(CLOSE_MAX_S / 2)
        self.closed.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and self.state.run.active and not self._closing:  # by the user, not by a signal
            event.ignore()
            self.quit()
            return
        # The window disappears at once; what runs behind it is ended within a bounded time.
        if not self._closing:
            self._closing = True
            for dialog in self.findChildren(QDialog):
                dialog.close()
            self.presenting.leave()
            self.clock.stop()
            self.heartbeat.stop()
            self.collector.stop()
            self.tasks.start("closing", self._close_all())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.sound.key(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.windowState() and self.size() != self._fitted:
            self.state.choices.width, self.state.choices.height = self.width(), self.height()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.file_drop.enter(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.file_drop.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self.file_drop.drop(event)
