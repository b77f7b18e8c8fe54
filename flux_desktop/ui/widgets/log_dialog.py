"""The log as it is written: filtered by what is typed, and kept at its end unless somebody reads further up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

from flux_desktop.ui.widgets.text_dialog import TextDialog

REFRESH_MS = 500


class LogDialog(TextDialog):
    """Shows what `lines` gives, anew every `REFRESH_MS` while it is open."""

    def __init__(self, parent: QWidget, lines: Callable[[], Iterable[str]]) -> None:
        super().__init__(parent, "Log", "What the program has noted since its start", "")
        self._lines = lines
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter, such as WARNING or worker")
        self.filter.setAccessibleName("Filter the log")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(lambda _words: self.refresh())
        self.body.insertWidget(1, self.filter)
        timer = QTimer(self)
        timer.timeout.connect(self.refresh)
        timer.start(REFRESH_MS)
        self.finished.connect(timer.stop)
        self.refresh()

    def refresh(self) -> None:
        """Show what has come, if anything has."""
        wanted = self.filter.text().strip().lower()
        found = [line for line in self._lines() if wanted in line.lower()]
        words = "\n".join(found) or ("No line holds these words." if wanted else "Nothing has been logged.")
        if words == self.text.toPlainText():
            return
        bar = self.text.verticalScrollBar()
        place, at_end = bar.value(), bar.value() >= bar.maximum() - 4
        self.text.setPlainText(words)
        bar.setValue(bar.maximum() if at_end else place)
