"""The marks of a tile's state: each differs from the others in shape as well as in colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from flux_desktop.ui.models.presenter.tiles import TileState
from flux_desktop.ui.style.tokens import Theme


def colour_of(state: TileState, theme: Theme) -> str:
    """The colour of a state."""
    return {
        TileState.SPEAKING: theme.ok,
        TileState.EAGER: theme.eager,
        TileState.ENDED: theme.ok,
        TileState.RESUMED: theme.warn,
        TileState.LOST: theme.danger,
    }.get(state, theme.muted)


def paint_shape(painter: QPainter, state: TileState, box: QRectF, theme: Theme) -> None:
    """Disc, ring, diamond, square, triangle, cross, dots or tick, filling `box`."""
    colour = QColor(colour_of(state, theme))
    line = QPen(colour, max(1.5, box.width() / 7), c=Qt.PenCapStyle.RoundCap)
    left, right, top, bottom, middle = box.left(), box.right(), box.top(), box.bottom(), box.center()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    match state:
        case TileState.SPEAKING:
            painter.drawEllipse(box)
        case TileState.EAGER:
            corners = ((middle.x(), top), (right, middle.y()), (middle.x(), bottom), (left, middle.y()))
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        case TileState.ENDED:
            painter.drawRoundedRect(box, box.width() / 6, box.width() / 6)
        case TileState.RESUMED:
            painter.drawPolygon(QPolygonF([box.topLeft(), box.topRight(), QPointF(middle.x(), bottom)]))
        case TileState.LOST:
            painter.setPen(line)
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
        case TileState.DONE:
            painter.setPen(line)
            turn = QPointF(left + box.width() * 0.38, bottom - box.height() * 0.1)
            painter.drawPolyline(QPolygonF([QPointF(left, middle.y()), turn, QPointF(right, top + box.height() * 0.1)]))
        case TileState.OPENING:
            dot = box.width() / 5
            for n in range(3):
                painter.drawEllipse(QRectF(left + n * 2 * dot, middle.y() - dot / 2, dot, dot))
        case _:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(line)
            inset = line.widthF() / 2
            painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
