"""The left side: which endpoint, which sound, which parameters; compact, and then scrolled, where the window is low."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QScrollArea, QSlider, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S

LEFT_PX = 312


class Compactable(Protocol):
    """A panel that can show less."""

    def set_compact(self, on: bool) -> None:
        """Show less, or all."""

    def set_tight(self, on: bool) -> None:
        """Show as little as can be worked with; only while it is compact."""


class LeftColumn(QScrollArea):
    """Panels from top to bottom. Where they do not fit, those of `compactable` show less, one after the other."""

    def __init__(self, *panels: QWidget, width_px: int = LEFT_PX, compactable: tuple[Compactable, ...] = ()) -> None:
        super().__init__()
        self._compactable = compactable
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        for widget in panels:
            self._column.addWidget(widget)
        self._column.addStretch()
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFixedWidth(width_px)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for kind in (QAbstractSpinBox, QComboBox, QSlider):
            for field in self._inside.findChildren(kind):
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel would give the focus first
                field.installEventFilter(self)
        self._stage = 0
        """How much is left out; see `_show_stage`."""
        self._show_stage(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls: it changes the value of a field only where that has the focus."""
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """Show as much as there is room for; called when the panels have changed."""
        if not self._compactable:
            return
        self._inside.setUpdatesEnabled(False)
        # From the present stage, which nearly always still is the right one: the next larger one is tried first.
        stage = max(0, self._stage - 1)
        self._show_stage(stage)
        if self._fits():
            while stage > 0:
                self._show_stage(stage - 1)
                if not self._fits():
                    self._show_stage(stage)
                    break
                stage -= 1
        else:
            while not self._fits() and stage <= len(self._compactable):
                stage += 1
                self._show_stage(stage)
        self._stage = stage
        self._inside.setUpdatesEnabled(True)

    def _fits(self) -> bool:
        column, room = self._column, self.viewport().size()
        by_width = column.hasHeightForWidth()
        needed_px = column.totalHeightForWidth(room.width()) if by_width else column.totalSizeHint().height()
        return needed_px <= room.height()

    def _show_stage(self, stage: int) -> None:
        """Show so many panels compact, in the order of `compactable`; beyond their number all of them tight."""
        number = len(self._compactable)
        self._column.setSpacing(SPACE_M if stage < number else SPACE_S)
        for place, panel in enumerate(self._compactable):
            panel.set_compact(place < stage)
            panel.set_tight(stage > number)
        # Otherwise the layouts are updated one after the other, by events that follow.
        for widget in reversed(self._inside.findChildren(QWidget)):
            if (layout := widget.layout()) is not None:
                layout.invalidate()
                layout.activate()
        self._column.invalidate()
        self._column.activate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
