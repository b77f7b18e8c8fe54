"""Asks which columns of a table have the audio files and the texts, where their headings do not tell."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from flux_desktop.datasets.table import UnclearColumnsError
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M
from flux_desktop.ui.widgets.basics import label

Columns = dict[str, str]


class ColumnsDialog(QDialog):
    """Open it with `open()`: it never blocks the window. `chosen` gets the headings by field."""

    def __init__(self, parent: QWidget, error: UnclearColumnsError, chosen: Callable[[Columns], object]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Columns of the table")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._chosen = chosen
        self.audio, self.text = QComboBox(), QComboBox()
        self.text.addItem("No column", "")
        for box, name in ((self.audio, "Column with the audio files"), (self.text, "Column with the texts")):
            box.setAccessibleName(name)
            for heading in error.headings:
                box.addItem(heading, heading)
        form = QFormLayout()
        form.addRow("Audio files", self.audio)
        form.addRow("Texts", self.text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(label(f"{error.table}: {error.problem.why}", wrap=True))
        layout.addLayout(form)
        layout.addWidget(buttons)

    def _accept(self) -> None:
        fields = {"audio": self.audio.currentData(), "text": self.text.currentData()}
        self.accept()
        self._chosen({field: heading for field, heading in fields.items() if heading})
