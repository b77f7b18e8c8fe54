"""Covers the window while a recording is dragged over it, and says what dropping it does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

WORDS = "Drop the recording or data set here to use it"


class DropHint(QLabel):
    """Invisible until `show_over`; takes no mouse events, so that the drop reaches the window."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(WORDS, over)
        self._over = over
        self.setObjectName("dropHint")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.installEventFilter(self)
        self.hide()

    def show_over(self) -> None:
        """Cover the widget."""
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._over.rect())
        return super().eventFilter(watched, event)
