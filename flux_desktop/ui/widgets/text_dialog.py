"""A window with plain text and a way to copy it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_L, TYPE_BODY_PX, font
from flux_desktop.ui.widgets.basics import copy_text, label

COLUMNS, AROUND_PX = 110, 100
"""Hard-wrapped licence texts have up to 107 columns: in a narrower window every line of theirs breaks twice. And the
margins with a scroll bar."""


class TextDialog(QDialog):
    """Open it with `open()`: it never blocks the window."""

    def __init__(self, parent: QWidget, title: str, heading: str, words: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = self.body = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self.heading = label(heading, "title", wrap=True)
        layout.addWidget(self.heading)
        self.text = QPlainTextEdit(words)
        self.text.setReadOnly(True)
        face = font(TYPE_BODY_PX, fixed=True)
        self.text.setFont(face)
        self.text.setAccessibleName(title)
        self.resize(QFontMetrics(face).horizontalAdvance("x" * COLUMNS) + AROUND_PX, 520)
        layout.addWidget(self.text, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: copy_text(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
