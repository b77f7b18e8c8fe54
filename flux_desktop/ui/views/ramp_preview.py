"""A small picture of a ramp: connections over time."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from flux_desktop.ui.models import text
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, font

_LEFT_PX, _BELOW_PX = 40, 18


class RampPreview(QWidget):
    """Paints the steps of a load curve in the palette's colours, with the largest number and the length."""

    def __init__(self) -> None:
        super().__init__()
        self.curve: list[tuple[float, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Connections over time")

    def show_curve(self, curve: list[tuple[float, int]]) -> None:
        """Show these steps; empty for none."""
        self.curve = curve
        most = max((number for _at_s, number in curve), default=0)
        length = text.clock(curve[-1][0]) if curve else ""
        self.setAccessibleName(f"Connections over time: up to {most}, for {length}" if curve else "No ramp")
        self.setToolTip(self.accessibleName())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TYPE_CAPTION_PX))
        area = QRectF(self.rect()).adjusted(_LEFT_PX, 6, -12, -_BELOW_PX)
        palette = self.palette()
        painter.setPen(QPen(palette.mid().color(), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        most = max((number for _at_s, number in self.curve), default=0)
        end_s = self.curve[-1][0] if self.curve else 0.0
        if not most or end_s <= 0:
            painter.end()
            return
        outline = [area.bottomLeft()]
        for (at_s, number), (until_s, _next) in zip(self.curve, self.curve[1:], strict=False):
            y = area.bottom() - number / most * area.height()
            outline += [QPointF(area.left() + t / end_s * area.width(), y) for t in (at_s, until_s)]
        outline.append(area.bottomRight())
        colour = palette.highlight().color()
        painter.setPen(QPen(colour, 1.5))
        fill = QColor(colour)
        fill.setAlpha(70)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(outline))
        painter.setPen(palette.placeholderText().color())
        painter.drawText(QRectF(0, area.top() - 6, _LEFT_PX - 6, 16), int(Qt.AlignmentFlag.AlignRight), str(most))
        for t, side in ((0.0, Qt.AlignmentFlag.AlignLeft), (end_s, Qt.AlignmentFlag.AlignRight)):
            below = QRectF(area.left(), area.bottom() + 2, area.width(), _BELOW_PX)
            painter.drawText(below, int(side | Qt.AlignmentFlag.AlignTop), text.clock(t))
        painter.end()
