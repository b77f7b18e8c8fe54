"""Icons: Lucide's SVG files, tinted with the theme's colours."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from flux_desktop.base.resources import resource_path


@lru_cache(maxsize=128)
def _svg(name: str) -> str:
    return resource_path(f"icons/{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: str, size_px: int = 16, ratio: float = 2.0) -> QPixmap:
    """An icon as a picture of `size_px`, sharp on screens of up to `ratio`."""
    renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode()))
    picture = QPixmap(round(size_px * ratio), round(size_px * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=256)
def icon(name: str, colour: str, disabled: str | None = None, size_px: int = 16) -> QIcon:
    """An icon for buttons and menus; `disabled` is its colour while the button cannot be used."""
    result = QIcon(pixmap(name, colour, size_px))
    if disabled is not None:
        result.addPixmap(pixmap(name, disabled, size_px), QIcon.Mode.Disabled)
    return result
