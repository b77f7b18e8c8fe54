"""Live log viewer with a filter; follows the end unless scrolled up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

from flux_desktop.ui.widgets.text_dialog import TextDialog

REFRESH_MS = 500


class LogDialog(TextDialog):
    """Shows what `lines` returns, refreshed every `REFRESH_MS` while it is open."""

    def __init__(self, parent: QWidget, lines: Callable[[], Iterable[str]]) -> None:
        super().__init__(parent, "Log", "Log since the program was started", "")
        self._lines = lines
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter, for example WARNING or worker")
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
        lines = [line for line in self._lines() if wanted in line.lower()]
        words = "\n".join(lines) or ("No line contains this text." if wanted else "The log is empty.")
        if words == self.text.toPlainText():
            return
        bar = self.text.verticalScrollBar()
        place, at_end = bar.value(), bar.value() >= bar.maximum() - 4
        self.text.setPlainText(words)
        bar.setValue(bar.maximum() if at_end else place)
