"""All conversations as tiles; of a change only the tiles that it concerns are painted again."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from flux_desktop.ui.models.presenter.tiles import BARS, Tile, TileGrid, TileState, counts, grid_of, moved
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import Theme
from flux_desktop.ui.views.presenter.part import SMALL_PX, PresenterPart, write
from flux_desktop.ui.views.presenter.shapes import colour_of, paint_shape

PULSE_S = 0.5
"""How long a tile lights up when a turn has ended: once, fading, at most twice a second and never flashing."""
GAP_PX = 12
FIGURES_SCALES = (2.5, 1.6, 1.0)
"""Sizes of what a connection showed, as shares of a tile's type; the largest that fits."""
Bars = Callable[[int, int], tuple[float, ...]]
"""The loudness of a connection up to its newest bar, for painting."""


class TilesView(QWidget):
    """Paints `Tile`s in a grid.

    Signals:
        opened: the connection whose tile was clicked, or chosen and entered.
    """

    opened = Signal(int)

    def __init__(self, theme: ThemeSource, bars: Bars, motion: Callable[[], bool]) -> None:
        """`motion` says whether tiles may pulse: some people have that switched off on their computer."""
        super().__init__()
        self._theme, self._bars, self._motion = theme, bars, motion
        self._tiles: tuple[Tile, ...] = ()
        self._pulses: dict[int, float] = {}
        """When a tile began to light up, by connection."""
        self._grid = TileGrid(1, 1)
        self.unit = 1.0
        self.chosen: int | None = None
        """Place of the tile that the arrow keys have chosen."""
        self.painted = 0
        """How many tiles were painted."""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.update)

    def show_tiles(self, tiles: tuple[Tile, ...]) -> None:
        """Show these from now on."""
        before, self._tiles = self._tiles, tiles
        now_s = time.monotonic()
        if len(before) != len(tiles):
            self._pulses.clear()
            self._lay_out()
            self.update()
            return
        for place, (old, new) in enumerate(zip(before, tiles, strict=True)):
            if new.turn_ends > old.turn_ends and old.conn == new.conn and self._motion():
                self._pulses[new.conn] = now_s
            if new != old or new.conn in self._pulses:
                self.update(self.box(place).toAlignedRect().adjusted(-2, -2, 2, 2))
        self._pulses = {conn: began_s for conn, began_s in self._pulses.items() if now_s - began_s < PULSE_S}

    @property
    def pulsing(self) -> int:
        """How many tiles light up now."""
        return len(self._pulses)

    def box(self, place: int) -> QRectF:
        """Where a tile is."""
        row, column = divmod(place, self._grid.columns)
        width, height, gap = self.width() / self._grid.columns, self.height() / self._grid.rows, self._gap()
        return QRectF(column * width + gap / 2, row * height + gap / 2, width - gap, height - gap)

    def step(self, way: str) -> None:
        """Choose the next tile to the left or right, up or down."""
        if self._tiles:
            before = self.chosen
            self.chosen = 0 if before is None else moved(before, way, self._grid, len(self._tiles))
            for place in {before, self.chosen} - {None}:
                assert place is not None
                self.update(self.box(place).toAlignedRect().adjusted(-4, -4, 4, 4))

    def enter(self) -> None:
        """Open the chosen tile."""
        if self.chosen is not None and self.chosen < len(self._tiles):
            self.opened.emit(self._tiles[self.chosen].conn)

    def _lay_out(self) -> None:
        self._grid = grid_of(len(self._tiles), self.width(), self.height())

    def _gap(self) -> float:
        return max(3.0, min(GAP_PX * self.unit, self.width() / self._grid.columns / 9))

    def _paint_tile(self, painter: QPainter, place: int, tile: Tile, theme: Theme) -> None:
        self.painted += 1
        box, unit = self.box(place), self.unit
        strong = {TileState.EAGER, TileState.ENDED, TileState.RESUMED, TileState.LOST}
        colour = QColor(colour_of(tile.state, theme))
        fill = QColor(theme.panel)
        began_s = self._pulses.get(tile.conn)
        light = 0.0 if began_s is None else max(0.0, 1 - (time.monotonic() - began_s) / PULSE_S)
        radius = min(10.0, box.height() / 8)
        painter.setBrush(fill)
        if place == self.chosen:
            painter.setPen(QPen(QColor(theme.accent), max(3.0, 4 * unit)))
        else:
            painter.setPen(
                QPen(colour if tile.state in strong else QColor(theme.border), 2 if tile.state in strong else 1)
            )
        painter.drawRoundedRect(box, radius, radius)
        if tile.state in strong:
            tint = QColor(colour)
            tint.setAlphaF(0.16 + 0.3 * light)
            painter.setBrush(tint)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, radius, radius)
        type_px = max(9.0, min(SMALL_PX * unit, box.height() / 3.2, box.width() / 3.4))
        face = PresenterPart.face(type_px, bold=True)
        pad = type_px * 0.32
        head = QRectF(box.left() + pad, box.top() + pad, box.width() - 2 * pad, type_px * 1.15)
        write(painter, head, str(tile.conn), theme.muted if tile.state in _QUIET else theme.text, face)
        mark = type_px * 0.62
        paint_shape(painter, tile.state, QRectF(head.right() - mark, head.center().y() - mark / 2, mark, mark), theme)
        below = QRectF(
            head.left(), head.bottom() + pad * 0.6, head.width(), box.bottom() - pad - head.bottom() - pad * 0.6
        )
        if tile.state is TileState.LOST:
            write(painter, below, "lost", theme.danger, PresenterPart.face(type_px), Qt.AlignmentFlag.AlignHCenter)
        elif not any(
            _figures_painted(painter, tile.figures, below, theme, type_px * scale) for scale in FIGURES_SCALES
        ):
            self._paint_bars(painter, tile, below, theme)

    def _paint_bars(self, painter: QPainter, tile: Tile, box: QRectF, theme: Theme) -> None:
        if box.height() < 4:
            return
        bars = self._bars(tile.conn, tile.bar) if tile.state not in _QUIET else ()
        colour = QColor(theme.accent if tile.state is TileState.SPEAKING else colour_of(tile.state, theme))
        colour = QColor(theme.border) if not bars else colour
        step = box.width() / BARS
        width, least = max(1.0, step * 0.55), max(1.5, box.height() / 16)
        for n in range(BARS):
            height = max(least, box.height() * min(1.0, bars[n])) if bars else least
            bar = QRectF(box.left() + n * step + (step - width) / 2, box.center().y() - height / 2, width, height)
            painter.fillRect(bar, colour)

    def sentence(self) -> str:
        """The tiles for screen readers."""
        return ", ".join(f"{number} {state}" for state, number in counts(self._tiles).items() if number)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, dirty = self._theme.current, event.region()
        painter.fillRect(event.rect(), QColor(theme.window))  # clipped to what is dirty
        for place, tile in enumerate(self._tiles):
            if dirty.intersects(self.box(place).toAlignedRect()):
                self._paint_tile(painter, place, tile, theme)
        painter.end()

    def resizeEvent(self, event: object) -> None:
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place, tile in enumerate(self._tiles):
            if self.box(place).contains(event.position()):
                self.chosen = place
                self.opened.emit(tile.conn)
                return


def _figures_painted(painter: QPainter, figures: tuple[str, ...], box: QRectF, theme: Theme, type_px: float) -> bool:
    """Whether what a connection showed has room; nothing of it is cut off."""
    face = PresenterPart.face(type_px)
    metrics = QFontMetricsF(face)
    line = metrics.height()
    widest = max(map(metrics.horizontalAdvance, figures), default=0.0)
    if not figures or widest > box.width() or line * len(figures) > box.height():
        return False
    top = box.center().y() - line * len(figures) / 2
    for place, words in enumerate(figures):
        at = QRectF(box.left(), top + place * line, box.width(), line)
        write(painter, at, words, theme.text if place == 0 else theme.muted, face, Qt.AlignmentFlag.AlignHCenter)
    return True


_QUIET = {TileState.SILENT, TileState.OPENING, TileState.DONE}


class TilesKey(PresenterPart[tuple[tuple[TileState, int], ...]]):
    """How many tiles are in each state; it explains the shapes, too."""

    def paint(self, painter: QPainter, content: tuple[tuple[TileState, int], ...], theme: Theme) -> None:
        x, mark = 0.0, self.px(20)
        bold, plain = self.type_of(SMALL_PX, bold=True), self.type_of(SMALL_PX)
        for state, number in content:
            paint_shape(painter, state, QRectF(x + 1, (self.height() - mark) / 2, mark, mark), theme)
            x += mark + self.px(12)
            # Room for two digits, so that nothing moves with the figures.
            room = self.px(SMALL_PX * 0.75) * (3 if number > 99 else 2)
            write(
                painter, QRectF(x, 0, room, self.height()), str(number), theme.text, bold, Qt.AlignmentFlag.AlignRight
            )
            x += room + self.px(8)
            x += write(painter, QRectF(x, 0, max(1.0, self.width() - x), self.height()), state, theme.muted, plain)
            x += self.px(34)
