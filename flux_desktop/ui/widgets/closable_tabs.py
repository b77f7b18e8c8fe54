"""A tab bar whose tabs are closed with the middle mouse button or from a menu, except for the first one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QMenu, QTabBar, QWidget


class ClosableTabs(QTabBar):
    """Each tab's data is a number; 0 is that of the tab that stays.

    Signals:
        close_wanted: the numbers of tabs that are to be closed.
    """

    close_wanted = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def position_of(self, number: int) -> int | None:
        """Where the tab with this number is, or None."""
        return next((position for position in range(self.count()) if self.tabData(position) == number), None)

    def _number_at(self, place: QPoint) -> int:
        number: int | None = self.tabData(self.tabAt(place))
        return number or 0

    def _show_menu(self, place: QPoint) -> None:
        if number := self._number_at(place):
            others = [self.tabData(position) for position in range(self.count())]
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(f"Close #{number}", partial(self.close_wanted.emit, [number]))
            menu.addAction(
                "Close Others", partial(self.close_wanted.emit, [other for other in others if other not in {0, number}])
            )
            menu.popup(self.mapToGlobal(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_middle = event.button() == Qt.MouseButton.MiddleButton
        if is_middle and (number := self._number_at(event.position().toPoint())):
            self.close_wanted.emit([number])
        else:
            super().mouseReleaseEvent(event)
