"""Pictures of the parts of a timeline that no longer change, so that a moving timeline paints only its newest part."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

TILE_PX = 192
TILES_KEPT = 48


class TileCache:
    """Tile `n` shows the pixels from `n * TILE_PX` on. All tiles have the same look; another look drops them all."""

    def __init__(self) -> None:
        self._tiles: OrderedDict[int, QPixmap] = OrderedDict()
        self._look: Hashable = None
        self.painted = 0
        """How many tiles have been painted so far."""

    def clear(self) -> None:
        """Repaint everything."""
        self._tiles.clear()

    def keep_look(self, look: Hashable) -> None:
        """Colours, size and scale; all tiles are dropped when they change."""
        if look != self._look:
            self._look = look
            self._tiles.clear()

    def drop_from(self, px: float) -> None:
        """What lies at or beyond this pixel has changed."""
        for number in [number for number in self._tiles if (number + 1) * TILE_PX >= px]:
            del self._tiles[number]

    def draw(
        self,
        painter: QPainter,
        number: int,
        at: QPointF,
        height: int,
        ratio: float,
        paint: Callable[[QPainter, float, float], None],
    ) -> None:
        """Draw tile `number` at `at`; `paint` gets a moved painter and the tile's first and last pixel."""
        tile = self._tiles.get(number)
        if tile is None:
            tile = QPixmap(round(TILE_PX * ratio), round(height * ratio))
            tile.setDevicePixelRatio(ratio)
            tile.fill(Qt.GlobalColor.transparent)
            inner = QPainter(tile)
            inner.translate(-number * TILE_PX, 0)
            paint(inner, number * TILE_PX, (number + 1) * TILE_PX)
            inner.end()
            self.painted += 1
            if len(self._tiles) >= TILES_KEPT:
                self._tiles.popitem(last=False)
        self._tiles[number] = tile
        self._tiles.move_to_end(number)
        painter.drawPixmap(at, tile, QRectF(tile.rect()))
