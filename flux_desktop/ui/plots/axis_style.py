"""The look of a plot's axes in the theme's colours."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg

from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font


def style_axes(item: Any, colours: Theme, names: tuple[str, ...] = ("left", "bottom")) -> None:
    """Colour the axes of a plot item and set their type."""
    for name in names:
        axis = item.getAxis(name)
        axis.setPen(pg.mkPen(colours.grid))
        axis.setTextPen(pg.mkPen(colours.muted))
        axis.setStyle(tickFont=font(TYPE_CAPTION_PX), tickLength=0)
