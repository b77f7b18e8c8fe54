"""A plot in a window of its own, as large as wanted; closing it puts the plot back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QBoxLayout, QDialog, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_M

SHARE_OF_WINDOW = 0.85


class EnlargedPlot(QDialog):
    """Takes a widget out of a layout, with what stretches in its place, and gives it back when it is closed."""

    def __init__(self, widget: QWidget, home: QBoxLayout, title: str) -> None:
        super().__init__(widget.window())
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._widget, self._home = widget, home
        self._place = home.indexOf(widget)
        self._share = home.stretch(self._place)
        self.resize(widget.window().size() * SHARE_OF_WINDOW)
        home.removeWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.addWidget(widget)
        widget.show()

    def done(self, result: int) -> None:
        self._give_back()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._give_back()
        super().closeEvent(event)

    def _give_back(self) -> None:
        if self.isAncestorOf(self._widget):
            self._home.insertWidget(self._place, self._widget, self._share)
            self._widget.show()
