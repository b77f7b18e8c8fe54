"""The rail: one tile for each page of the window, from top to bottom."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S, SPACE_XS

RAIL_PX = 64
TILE_PX = 56
BAR_PX = 3
DOT_PX = 8
ICON_PX = 20
STEPS = {int(Qt.Key.Key_Down): 1, int(Qt.Key.Key_Up): -1}
"""Tiles that a key moves on by."""


class RailTile(QToolButton):
    """A page's icon over its name; the page shown has a tile and a bar, a run in progress a dot."""

    def __init__(self, theme: ThemeSource, name: str, icon: str, keys: str) -> None:
        super().__init__()
        self._theme, self._name, self._icon = theme, name, icon
        self.busy = False
        self.setText(name)
        self.setProperty("kind", "rail")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setFixedSize(RAIL_PX, TILE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(f"{name} ({keys})")
        theme.changed.connect(self._restyle)
        self.toggled.connect(lambda _on: self._restyle())
        self._restyle()
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """Show whether a run is in progress on this page."""
        self.busy = busy
        self.setAccessibleName(f"{self._name}, a run is in progress" if busy else self._name)
        self.update()

    def _restyle(self) -> None:
        colours = self._theme.current
        self.setIcon(icons.icon(self._icon, colours.text if self.isChecked() else colours.muted, size_px=ICON_PX))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in STEPS:
            event.ignore()  # the rail steps; a button would only move the focus
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours = self._theme.current
        if self.isChecked():
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(QRectF(0, SPACE_S, BAR_PX, self.height() - 2 * SPACE_S), 1.5, 1.5)
        if self.busy:
            painter.setBrush(QColor(colours.ok))
            painter.drawEllipse(QPointF(self.width() - SPACE_M - 2, SPACE_M), DOT_PX / 2, DOT_PX / 2)
        painter.end()


class Rail(QWidget):
    """One tile is checked at any time; the arrow keys step through them.

    Signals:
        chosen: index of the page that a person wants to see.
    """

    chosen = Signal(int)

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self._theme = theme
        self.tiles: list[RailTile] = []
        self.setObjectName("rail")
        self.setAccessibleName("Pages")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(RAIL_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        self._column.setSpacing(SPACE_XS)
        self._column.addStretch()

    def add(self, name: str, icon: str, keys: str) -> RailTile:
        """Put one more tile below the others; the first one is checked."""
        tile = RailTile(self._theme, name, icon, keys)
        tile.clicked.connect(partial(self._clicked, len(self.tiles)))
        self._column.insertWidget(len(self.tiles), tile)
        self.tiles.append(tile)
        if len(self.tiles) == 1:
            tile.setChecked(True)
        return tile

    def check(self, index: int) -> None:
        """Mark one page as the one that is shown."""
        # No button group: in one, the Tab key would come to the checked tile alone.
        for place, tile in enumerate(self.tiles):
            tile.setChecked(place == index)

    def _clicked(self, index: int, _checked: bool = False) -> None:
        self.check(index)
        self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = next((index for index, tile in enumerate(self.tiles) if tile.hasFocus()), None)
        if focused is None or event.key() not in STEPS:
            super().keyPressEvent(event)
            return
        tile = self.tiles[(focused + STEPS[event.key()]) % len(self.tiles)]
        tile.setFocus(Qt.FocusReason.TabFocusReason)
        tile.click()
