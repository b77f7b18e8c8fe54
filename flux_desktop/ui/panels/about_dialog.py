"""Asks for the name, the note and the star of a session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from flux_desktop.reports.sessions.facts import About, SessionFacts
from flux_desktop.ui.models.session_table import when
from flux_desktop.ui.widgets.basics import label

_CHARS_MAX = 300


class AboutDialog(QDialog):
    """`then` gets what was entered, if the dialog is accepted."""

    def __init__(self, parent: QWidget, session: SessionFacts, then: Callable[[About], object]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Name and Note of a Session")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self._then = then
        self.name = _field("Name", session.about.title, "such as Before the update")
        self.note = _field("Note", session.about.note, "what to remember about the run")
        self.star = QCheckBox("Never delete it by itself (star)")
        self.star.setChecked(session.about.starred)
        form = QFormLayout(self)
        form.addRow(label(f"{session.endpoint}, {when(session)}", "muted"))
        form.addRow("&Name", self.name)
        form.addRow("N&ote", self.note)
        form.addRow(self.star)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    def accept(self) -> None:
        self._then(About(title=self.name.text().strip(), note=self.note.text().strip(), starred=self.star.isChecked()))
        super().accept()


def _field(name: str, words: str, example: str) -> QLineEdit:
    field = QLineEdit(words)
    field.setAccessibleName(name)
    field.setPlaceholderText(example)
    field.setMaxLength(_CHARS_MAX)
    return field
