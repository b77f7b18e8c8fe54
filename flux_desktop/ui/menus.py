"""Menus and shortcuts: everything the window can do, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from flux_desktop.ui.main_window import MainWindow


def build_menus(window: MainWindow) -> None:
    """Fill the menu bar."""
    bar = window.menuBar()
    file = bar.addMenu("&File")
    _add(file, "Choose a WAV file…", window.sound_panel.choose, "Ctrl+O")
    _add(file, "Use the sample", window.load_sample, "Ctrl+Shift+O")
    file.addSeparator()
    _add(file, "Quit", window.close, QKeySequence.StandardKey.Quit)
    run = bar.addMenu("&Run")
    _add(run, "Start", window.start_run, "Ctrl+R")
    _add(run, "Stop", window.controller.stop, "Ctrl+.")
    view = bar.addMenu("&View")
    _add(view, "Dark or light", window.theme.toggle, "Ctrl+Shift+L")
    _add(view, "Follow the system’s theme", lambda: window.theme.set_mode("system"))  # noqa: RUF001


def _add(menu: QMenu, words: str, act: Callable[[], object], keys: str | QKeySequence.StandardKey = "") -> QAction:
    action = menu.addAction(words)
    if keys:
        action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda _checked=False: act())
    return action
