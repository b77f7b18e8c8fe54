"""Asks before a microphone is recorded, in words that leave nothing open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

NAME = "consentDialog"
QUESTION = "Record the microphone during runs?"
DETAILS = (
    "All audio from the microphone during a run is saved as microphone.flac in the session folder. Apart "
    "from being streamed to the endpoint, it stays on this computer, and deleting the session deletes it.\n\n"
    "In many countries people may be recorded only if they agree. Ask everyone who can be heard before you start.\n\n"
    "A red mark shows while the microphone is being recorded. Recording is off again when the program is next started."
)


def ask_for_consent(parent: QWidget, agreed: Callable[[], object]) -> None:
    """Open the question without blocking the window; `agreed` is called if the answer is yes."""
    if parent.findChild(QMessageBox, NAME) is not None:
        return
    dialog = QMessageBox(parent)
    dialog.setObjectName(NAME)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setTextFormat(Qt.TextFormat.PlainText)
    dialog.setWindowTitle("Record the microphone")
    dialog.setText(QUESTION)
    dialog.setInformativeText(DETAILS)
    record = dialog.addButton("Record", QMessageBox.ButtonRole.AcceptRole)
    leave = dialog.addButton("Do Not Record", QMessageBox.ButtonRole.RejectRole)
    dialog.setDefaultButton(leave)
    dialog.setEscapeButton(leave)
    record.clicked.connect(agreed)
    dialog.open()
