"""Asks whether to quit while a run is in progress."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_to_quit(parent: QWidget, quit_now: Callable[[], object]) -> None:
    """Open the question without blocking the window; a second one is not opened."""
    if parent.findChild(QMessageBox, "quitDialog") is not None:
        return
    dialog = QMessageBox(parent)
    dialog.setObjectName("quitDialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setTextFormat(Qt.TextFormat.PlainText)
    dialog.setWindowTitle("Quit flux-desktop")
    dialog.setText("A run is in progress. Stop it and quit?")
    dialog.setInformativeText(
        "All streams are closed. What was recorded so far is kept, and you can open it again with File → Open Session."
    )
    stop = dialog.addButton("Stop and Quit", QMessageBox.ButtonRole.DestructiveRole)
    stay = dialog.addButton("Keep Running", QMessageBox.ButtonRole.RejectRole)
    dialog.setDefaultButton(stay)
    dialog.setEscapeButton(stay)
    stop.clicked.connect(quit_now)
    dialog.open()
