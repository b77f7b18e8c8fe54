"""Menus and shortcuts: everything the window can do, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.presets import PRESETS
from flux_desktop.ui.panels.control_row import CONTROLS
from flux_desktop.ui.panels.developer_dialog import DeveloperDialog
from flux_desktop.ui.services.exporting import FORMATS
from flux_desktop.ui.widgets.basics import plain_tip

if TYPE_CHECKING:
    from flux_desktop.ui.window.main_window import MainWindow


def build_menus(window: MainWindow) -> None:
    """Fill the menu bar."""
    bar = window.menuBar()
    file = bar.addMenu("&File")
    _add(file, "Choose a WAV file…", window.sound_panel.choose, "Ctrl+O")
    recent = file.addMenu("Open again")
    recent.aboutToShow.connect(partial(_fill_recent, window, recent))
    _add(file, "Use the sample", window.load_sample, "Ctrl+Shift+O")
    _add(file, "Use the microphone", window.sound_panel.mic_button.click, "Ctrl+M")
    _add(file, "Use the recording", window.sound_panel.wav_button.click, "Ctrl+Shift+M")
    file.addSeparator()
    _add(file, "Open a past session…", window.archive.choose_session, "Ctrl+Shift+S")
    replay = file.addMenu("Replay the session")
    for speed in (1, 2, 4, 8, 16):
        _add(replay, f"{speed}×", partial(window.archive.replay, float(speed)))  # noqa: RUF001 - a times sign
    file.addSeparator()
    for name, export in (("this transcript", _export_one), ("all transcripts", _export_all)):
        formats = file.addMenu(f"Export {name}")
        for suffix, words in FORMATS.items():
            _add(formats, f"{words} (.{suffix})…", partial(export, window, suffix))
    _add(file, "Copy this transcript", partial(_copy_one, window), "Ctrl+Shift+C")
    file.addSeparator()
    _add(file, "Quit", window.close, QKeySequence.StandardKey.Quit)
    run = bar.addMenu("&Run")
    _add(run, "Start", window.start_run, "Ctrl+R")
    _add(run, "Stop", window.controller.stop, "Ctrl+.")
    _add(run, "Ramp and limits…", partial(_choose_ramp, window), "Ctrl+Shift+P")
    presets = run.addMenu("Parameters of a preset")
    for preset in PRESETS:
        _add(presets, preset.sentence(), partial(window.flux_panel.use_preset, preset))
    _add(run, "Reconnect with these parameters", window.steering.reconnect, "Ctrl+Shift+E")
    run.addSeparator()
    for (name, _words, _meaning), keys in zip(CONTROLS, ("Ctrl+E", "", "", ""), strict=True):
        _add(run, f"Send {name}", partial(_send, window, name), keys)
    view = bar.addMenu("&View")
    _add(view, "Search all transcripts", window.transcripts.search.setFocus, QKeySequence.StandardKey.Find)
    _add(view, "Raw messages", partial(_toggle_raw, window), "Ctrl+Shift+R")
    _add(view, "Next connection", partial(_step, window, 1), "Ctrl+PgDown")
    _add(view, "Previous connection", partial(_step, window, -1), "Ctrl+PgUp")
    _add(view, "AWS account", partial(_toggle_account, window), "Ctrl+Shift+A")
    _add(view, "Details of the endpoint", window.endpoint_panel.details_button.click, "Ctrl+I")
    _add(view, "Load the endpoints anew", window.endpoint_panel.refresh_wanted.emit, "F5")
    view.addSeparator()
    pause = _add(view, "Pause all plots", lambda: window.plots.pause(pause.isChecked()), "Ctrl+P")
    pause.setCheckable(True)
    _add(view, "Update latency by the other clock", window.plots.switch_clock, "Ctrl+Shift+W")
    for name, keys in (("Pacing", "Ctrl+1"), ("Streams", "Ctrl+2"), ("Level", "Ctrl+3")):
        _add(view, f"Plot: {name}", partial(window.plots.show_plot, name), keys)
    view.addSeparator()
    present = _add(view, "Present on a big screen", window.toggle_presenter, "F11")
    # The menu bar is hidden while presenting: its shortcuts live on in the window itself.
    leave = QAction("Leave the presenter's view", window)
    leave.setShortcut(QKeySequence("Esc"))
    leave.triggered.connect(lambda _checked=False: window.leave_presenter())
    window.addActions([present, leave, *run.actions()])
    _add(view, "Dark or light", window.theme.toggle, "Ctrl+Shift+L")
    _add(view, "Follow the system’s theme", lambda: window.theme.set_mode("system"))  # noqa: RUF001
    _developer_menu(window, bar.addMenu("&Developer"))
    tools = bar.addMenu("&Help")
    _add(tools, "Log…", window.show_log)
    _add(tools, "Copy diagnostics", window.copy_diagnostics)
    _add(tools, "About flux-desktop…", window.show_about)


def _developer_menu(window: MainWindow, menu: QMenu) -> None:
    """What the built-in endpoint does wrong on purpose, and how the window itself fares."""
    ask = _add(menu, "Built-in endpoint: fault and build…", partial(choose_behaviour, window), "Ctrl+Shift+D")
    usual = _add(menu, "Built-in endpoint: as usual", lambda: window.set_local_behaviour(LocalBehaviour()))
    menu.addSeparator()
    stalls = _add(menu, "Always show the window's stalls", lambda: _show_stalls(window, stalls.isChecked()))
    stalls.setCheckable(True)
    # Between runs only: what a run under way was started with must not seem to have changed.
    menu.aboutToShow.connect(partial(_lock, window, ask, usual))
    window.controller.phase_changed.connect(partial(_lock, window, ask, usual))
    window.run_finished.connect(partial(_lock, window, ask, usual))


def _lock(window: MainWindow, *actions: QAction) -> None:
    for action in actions:
        action.setEnabled(not window.model.active)


def choose_behaviour(window: MainWindow) -> None:
    """Ask what the built-in endpoint is to do wrong, and which build it is."""
    dialog = DeveloperDialog(window, window.local)
    dialog.chosen.connect(window.set_local_behaviour)
    dialog.open()


def _show_stalls(window: MainWindow, on: bool) -> None:
    window.shows_stalls = on
    window.display.draw_labels()


def _choose_ramp(window: MainWindow) -> None:
    # The button knows whether the ramp can be changed now.
    window.run_bar.ramp_button.click()


def _fill_recent(window: MainWindow, menu: QMenu) -> None:
    menu.clear()
    for path in window.recent:
        menu.addAction(Path(path).name, partial(window.load_wav, path)).setToolTip(plain_tip(path))
    if menu.isEmpty():
        menu.addAction("No file has been used yet").setEnabled(False)


def _export_all(window: MainWindow, suffix: str) -> None:
    window.archive.export(list(window.model.conversations), suffix)


def _export_one(window: MainWindow, suffix: str) -> None:
    front = window.transcripts.current()
    window.archive.export([] if front is None else [front], suffix)


def _copy_one(window: MainWindow) -> None:
    for view in window.transcripts.views():
        if view.conversation.conn == window.transcripts.current():
            view.turns.copy_selection()


def _toggle_account(window: MainWindow) -> None:
    window.endpoint_panel.open_account(not window.endpoint_panel.account_button.isChecked())


def _send(window: MainWindow, name: str) -> None:
    # The button knows whether the build takes it, and its tip says why not.
    window.flux_panel.controls.buttons[name].click()


def _toggle_raw(window: MainWindow) -> None:
    for view in window.transcripts.views():
        if view.conversation.conn == window.transcripts.current():
            view.raw_button.click()


def _step(window: MainWindow, by: int) -> None:
    tabs = window.transcripts.tabs
    if tabs.count():
        tabs.setCurrentIndex((tabs.currentIndex() + by) % tabs.count())


def _add(menu: QMenu, words: str, act: Callable[[], object], keys: str | QKeySequence.StandardKey = "") -> QAction:
    action = menu.addAction(words)
    if keys:
        action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda _checked=False: act())
    return action
