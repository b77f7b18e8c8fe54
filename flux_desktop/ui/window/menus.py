"""Menus and shortcuts: everything the window can do, by keyboard. Each menu gets only what it acts on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import name_of
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.pages.page_frame import CAPACITY, LIVE, PAGES, SESSIONS, TUNE, PageFrame
from flux_desktop.ui.pages.sessions_page import SessionsPage
from flux_desktop.ui.panels.control_row import CONTROLS
from flux_desktop.ui.panels.conversation_view import ConversationView
from flux_desktop.ui.panels.developer_dialog import DeveloperDialog
from flux_desktop.ui.panels.transcript_panel import OVERVIEW
from flux_desktop.ui.services.exporting import FORMATS
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.session_player import SEEK_S, SessionPlayer
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import plain_tip
from flux_desktop.ui.window.help_dialogs import HelpDialogs
from flux_desktop.ui.window.live_controls import LiveControls
from flux_desktop.ui.window.recordings import Recordings
from flux_desktop.ui.window.run_accuracy import RunAccuracyView
from flux_desktop.ui.window.transcripts import Transcripts

if TYPE_CHECKING:
    from flux_desktop.ui.pages.capacity_page import CapacityPage
    from flux_desktop.ui.pages.tune_page import TunePage


def fill_file_menu(
    menu: QMenu,
    state: AppState,
    page: LivePage,
    recordings: Recordings,
    transcripts: Transcripts,
    write_report: Callable[[], object],
    close: Callable[[], object],
) -> None:
    """Audio, past sessions and export."""
    _add(menu, "Open Audio File…", page.sound_panel.choose, "Ctrl+O")
    _add(menu, "Open Folder…", page.sound_panel.choose_folder, "Ctrl+Shift+F")
    recent = menu.addMenu("Open Recent")
    recent.aboutToShow.connect(partial(_fill_recent, recent, state, recordings))
    _add(menu, "Use Sample", recordings.load_sample, "Ctrl+Shift+O")
    _add(menu, "Use the Sample Data Set", recordings.load_sample_data_set, "Ctrl+Shift+U")
    _add(menu, "Use Microphone", page.sound_panel.mic_button.click, "Ctrl+M")
    _add(menu, "Use Recording", page.sound_panel.wav_button.click, "Ctrl+Shift+M")
    menu.addSeparator()
    _add(menu, "Open Session…", transcripts.choose_session, "Ctrl+Shift+S")
    _add(menu, "Write Report of Session", write_report, "Ctrl+Shift+X")
    _add(menu, "Show Session in File Manager", transcripts.show_folder, "Ctrl+Shift+J")
    replay = menu.addMenu("Replay Session")
    for speed in (1, 2, 4, 8, 16):
        _add(replay, f"{speed}× speed", partial(transcripts.replay, float(speed)))  # noqa: RUF001 - a times sign
    menu.addSeparator()
    exports = (("Export Transcript", transcripts.export_shown), ("Export All Transcripts", transcripts.export_all))
    for name, export in exports:
        formats = menu.addMenu(name)
        for suffix, words in FORMATS.items():
            _add(formats, f"{words} (.{suffix})…", partial(export, suffix))
    _add(menu, "Copy Transcript", lambda: _with_view(page, lambda view: view.turns.copy_selection()), "Ctrl+Shift+C")
    menu.addSeparator()
    _add(menu, "Quit", close, QKeySequence.StandardKey.Quit)


def fill_run_menu(
    menu: QMenu, page: LivePage, start: Callable[[], object], controller: RunController, controls: LiveControls
) -> None:
    """Starting, stopping, and what can be done to a run in progress."""
    _add(menu, "Start", start, "Ctrl+R")
    _add(menu, "Stop", controller.stop, "Ctrl+.")
    # The buttons know whether they can be used now.
    _add(menu, "Ramp and Limits…", page.run_bar.ramp_button.click, "Ctrl+Shift+P")
    presets = menu.addMenu("Apply Preset")
    presets.aboutToShow.connect(partial(page.flux_panel.presets.fill, presets))
    _add(menu, "Reconnect with These Parameters", controls.reconnect, "Ctrl+Shift+E")
    menu.addSeparator()
    for (name, _words, _meaning), keys in zip(CONTROLS, ("Ctrl+E", "", "", ""), strict=True):
        _add(menu, f"Send {name}", page.flux_panel.controls.buttons[name].click, keys)


def add_playback_actions(menu: QMenu, page: LivePage, player: SessionPlayer, run_again: Callable[[], object]) -> None:
    """Listening, and playing a session. The keys in brackets work where no field takes them for itself."""
    _add(menu, "Run Again with These Settings", run_again, "Ctrl+Shift+T")
    menu.addSeparator()
    _add(menu, "Listen", page.sound_panel.listen.button.click, "Ctrl+L")
    _add(menu, "Mute or Unmute", page.sound_panel.listen.mute.click, "Ctrl+Shift+H")
    playback = menu.addMenu("Play the Session")
    for words, act, keys in (
        ("Play or Pause (Space)", player.toggle, "Ctrl+Space"),
        (f"Back {SEEK_S:g} s (←)", partial(player.seek_by, -SEEK_S), "Ctrl+Shift+Left"),
        (f"Forward {SEEK_S:g} s (→)", partial(player.seek_by, SEEK_S), "Ctrl+Shift+Right"),
        ("Previous Turn ([)", partial(player.step_turn, -1), "Ctrl+["),
        ("Next Turn (])", partial(player.step_turn, 1), "Ctrl+]"),
    ):
        _add(playback, words, act, keys)


def add_tune_actions(menu: QMenu, frame: PageFrame, page: Callable[[], TunePage]) -> None:
    """What the Tune page can do; each entry shows it."""

    def press(button: Callable[[TunePage], QPushButton]) -> Callable[[], None]:
        def act() -> None:
            frame.show_page(TUNE)
            button(page()).click()

        return act

    menu.addSeparator()
    _add(menu, "Record for Tune", press(lambda page: page.measure_panel.record_button), "Ctrl+Shift+Return")
    _add(menu, "Evaluate Session…", press(lambda page: page.measure_panel.session_button), "Ctrl+Shift+V")
    _add(menu, "Use Values of Tune", press(lambda page: page.setting_panel.use_button), "Ctrl+Return")
    _add(menu, "Export Turns of Tune…", press(lambda page: page.turns_panel.export_button))


def add_capacity_actions(menu: QMenu, frame: PageFrame, page: Callable[[], CapacityPage]) -> None:
    """What the Capacity page can do; each entry shows it."""

    def on_page(act: Callable[[CapacityPage], object]) -> Callable[[], None]:
        def show_and_act() -> None:
            frame.show_page(CAPACITY)
            act(page())

        return show_and_act

    menu.addSeparator()
    _add(menu, "Search or Stop Capacity", on_page(lambda page: page.inputs.search_button.click()), "Ctrl+Alt+Return")
    _add(menu, "Copy the Capacity Found", on_page(lambda page: page.answer.copy()))
    _add(menu, "Copy the Rungs", on_page(lambda page: page.rungs_panel.copy()))


def add_page_actions(menu: QMenu, frame: PageFrame) -> None:
    """One entry for each page of the window."""
    for index, entry in enumerate(PAGES):
        _add(menu, entry.name, partial(frame.show_page, index), entry.keys)
    menu.addSeparator()


def add_session_actions(menu: QMenu, frame: PageFrame, page: SessionsPage) -> None:
    """What the Sessions page can do; each entry shows it."""

    def search() -> None:
        frame.show_page(SESSIONS)
        page.panel.search.setFocus()

    _add(menu, "Search Sessions", search, "Ctrl+Alt+F")
    menu.addSeparator()


def fill_view_menu(
    menu: QMenu, frame: PageFrame, page: LivePage, theme: ThemeSource, accuracy: RunAccuracyView
) -> None:
    """What is shown. Entries that act on the Live page show it."""
    endpoints, plots = page.endpoint_panel, page.plots

    def add(words: str, act: Callable[[], object], keys: str | QKeySequence.StandardKey) -> QAction:
        def act_on_live() -> None:
            frame.show_page(LIVE)
            act()

        return _add(menu, words, act_on_live, keys)

    add("Search Transcripts", page.transcripts.search.setFocus, QKeySequence.StandardKey.Find)
    add("Raw Messages", lambda: _with_view(page, lambda view: view.raw_button.click()), "Ctrl+Shift+R")
    add("Next Connection", partial(page.transcripts.step, 1), "Ctrl+PgDown")
    add("Previous Connection", partial(page.transcripts.step, -1), "Ctrl+PgUp")
    add("Overview of Connections", partial(page.transcripts.tabs.setCurrentIndex, OVERVIEW), "Ctrl+0")
    _add(menu, "Accuracy…", accuracy.show, "Ctrl+Shift+Y")
    add("Close Connection Tab", page.transcripts.close_current, QKeySequence.StandardKey.Close)
    add("AWS Account", endpoints.account_button.click, "Ctrl+Shift+A")
    add("Endpoint Details", endpoints.details_button.click, "Ctrl+I")
    _add(menu, "Refresh Endpoints", endpoints.refresh_wanted.emit, "F5")
    menu.addSeparator()
    pause = add("Pause All Plots", lambda: plots.pause(pause.isChecked()), "Ctrl+P")
    pause.setCheckable(True)
    add("Switch Latency Clock", plots.switch_clock, "Ctrl+Shift+W")
    for name, keys in (("Pacing", "Ctrl+1"), ("Streams", "Ctrl+2"), ("Level", "Ctrl+3")):
        add(f"Show {name} Plot", partial(plots.show_plot, name), keys)
    menu.addSeparator()
    _add(menu, "Toggle Dark Mode", theme.toggle, "Ctrl+Shift+L")
    _add(menu, "Use System Theme", partial(theme.set_mode, "system"))
    menu.addSeparator()


def add_probe_action(menu: QMenu, show: Callable[[], object]) -> None:
    """What the build of the chosen endpoint supports."""
    _add(menu, "What Does the Endpoint Support?…", show, "Ctrl+Shift+I")


def add_presenter_actions(
    menu: QMenu, toggle: Callable[[], object], second: Callable[[], object], back: Callable[[], object]
) -> list[QAction]:
    """The presenter view, here or on a second screen; Esc goes back without a menu entry. Returns the actions."""
    present = _add(menu, "Presenter View", toggle, "F11")
    apart = _add(menu, "Presenter on Second Screen", second, "Shift+F11")
    escape = QAction("Back from Presenter View", menu)
    escape.setShortcut(QKeySequence("Esc"))
    escape.triggered.connect(lambda _checked=False: back())
    return [present, apart, escape]


def fill_developer_menu(menu: QMenu, state: AppState, page: LivePage) -> None:
    """Faults of the built-in endpoint, and the responsiveness of the window itself."""
    configure = _add(menu, "Configure Built-in Endpoint…", partial(choose_behaviour, page, state), "Ctrl+Shift+D")
    reset = _add(menu, "Reset Built-in Endpoint", partial(_set_behaviour, state, LocalBehaviour()))
    _add(menu, "Speech Models…", page.endpoint_panel.models_wanted.emit)
    menu.addSeparator()
    stalls = _add(menu, "Always Show UI Stalls", lambda: _show_stalls(state, stalls.isChecked()))
    stalls.setCheckable(True)

    def lock() -> None:
        """A run in progress keeps the behaviour it was started with, so it cannot be changed meanwhile."""
        for action in (configure, reset):
            action.setEnabled(not state.run.active)

    state.listen(lock)


def fill_help_menu(menu: QMenu, dialogs: HelpDialogs) -> None:
    """Words, shortcuts, self-test, log, diagnostics, versions."""
    _add(menu, "Glossary…", dialogs.show_glossary, QKeySequence.StandardKey.HelpContents)
    _add(menu, "Keyboard Shortcuts…", dialogs.show_shortcuts, "Ctrl+Shift+K")
    _add(menu, "Self-test…", dialogs.run_self_test)
    menu.addSeparator()
    _add(menu, "Log…", dialogs.show_log)
    _add(menu, "Copy Diagnostics", dialogs.copy_diagnostics)
    _add(menu, "About flux-desktop…", dialogs.show_about)


def choose_behaviour(page: QWidget, state: AppState) -> None:
    """Ask which fault the built-in endpoint injects, and which build it is."""
    dialog = DeveloperDialog(page.window(), state.local)
    dialog.chosen.connect(partial(_set_behaviour, state))
    dialog.open()


def _set_behaviour(state: AppState, behaviour: LocalBehaviour) -> None:
    state.local = behaviour
    state.changed()


def _show_stalls(state: AppState, on: bool) -> None:
    state.shows_stalls = on
    state.changed()


def _fill_recent(menu: QMenu, state: AppState, recordings: Recordings) -> None:
    menu.clear()
    for path in state.choices.recent:
        menu.addAction(name_of(Path(path)), partial(recordings.load, path)).setToolTip(plain_tip(path))
    if menu.isEmpty():
        menu.addAction("No recent files").setEnabled(False)


def _with_view(page: LivePage, act: Callable[[ConversationView], object]) -> None:
    view = page.transcripts.current_view()
    if view is not None:
        act(view)


def _add(menu: QMenu, words: str, act: Callable[[], object], keys: str | QKeySequence.StandardKey = "") -> QAction:
    action = menu.addAction(words)
    if keys:
        action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda _checked=False: act())
    return action
