"""A list to choose a name of any length from: of a device, an endpoint or a profile."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from flux_desktop.ui.widgets.basics import plain_tip


class NameList(QComboBox):
    """Takes no room for its longest name; one that does not fit ends in an ellipsis, and the tip holds all of it."""

    def __init__(self, name: str, tip: str = "") -> None:
        super().__init__()
        self._tip = tip
        self.setAccessibleName(name)
        self.setToolTip(tip or name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def shown_text(self) -> str:
        """The chosen name, as much of it as fits."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        parts = QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        room_px = self.style().subControlRect(*parts).width() - 2
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room_px)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(plain_tip("\n".join(filter(None, (self.currentText(), self._tip)))))
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        # Under a style sheet Qt cuts the name anywhere.
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.shown_text()
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()
