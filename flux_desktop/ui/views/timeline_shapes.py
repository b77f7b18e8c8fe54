"""The shapes and colours of a timeline's marks: each kind differs in shape as well as in colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from flux_desktop.ui.models.timeline_facts import MarkKind
from flux_desktop.ui.style.tokens import Theme

TOKENS: dict[MarkKind, str] = {
    MarkKind.START: "text",
    MarkKind.EAGER: "eager",
    MarkKind.RESUMED: "warn",
    MarkKind.END: "ok",
    MarkKind.TIMEOUT: "ok",
    MarkKind.CONFIGURE: "text",
    MarkKind.REFUSED: "danger",
    MarkKind.ROTATION: "muted",
    MarkKind.GAP: "warn",
    MarkKind.CLIP: "muted",
    MarkKind.FAILED: "danger",
}
"""The colour of each kind, by its name in the theme."""
_DASHED = {MarkKind.CONFIGURE: Qt.PenStyle.DashLine, MarkKind.REFUSED: Qt.PenStyle.DashLine}
_DOTTED = {MarkKind.ROTATION: Qt.PenStyle.DotLine, MarkKind.CLIP: Qt.PenStyle.DotLine}
_STYLES = _DASHED | _DOTTED


def colour_of(kind: MarkKind, theme: Theme) -> QColor:
    """The colour of a kind of mark."""
    return QColor(getattr(theme, TOKENS[kind]))


def paint_line(painter: QPainter, kind: MarkKind, x: float, area: QRectF, theme: Theme, scale: float) -> None:
    """The vertical line of a mark."""
    width = {MarkKind.END: 3.0, MarkKind.TIMEOUT: 3.0, MarkKind.FAILED: 3.0}.get(kind, 1.5) * scale
    painter.setPen(QPen(colour_of(kind, theme), width, _STYLES.get(kind, Qt.PenStyle.SolidLine)))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def paint_head(painter: QPainter, kind: MarkKind, x: float, top: float, theme: Theme, scale: float) -> None:
    """The shape at the top of a mark's line; a kind without one is known by its line alone."""
    colour, r = colour_of(kind, theme), 5.0 * scale
    # The ground's colour around a shape keeps it apart from the waveform.
    painter.setPen(QPen(QColor(theme.panel), scale))
    painter.setBrush(colour)
    if kind is MarkKind.START:
        painter.drawPolygon(
            QPolygonF([QPointF(x, top), QPointF(x + 1.8 * r, top + r * 0.9), QPointF(x, top + 1.8 * r)])
        )
    elif kind is MarkKind.EAGER:
        y = top + r
        painter.drawPolygon(QPolygonF([QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)]))
    elif kind is MarkKind.RESUMED:
        painter.drawPolygon(QPolygonF([QPointF(x - r, top), QPointF(x + r, top), QPointF(x, top + 1.6 * r)]))
    elif kind is MarkKind.END:
        painter.drawRect(QRectF(x - r * 0.9, top, 1.8 * r, 1.8 * r))
    elif kind is MarkKind.TIMEOUT:
        painter.setBrush(QColor(theme.panel))
        painter.setPen(QPen(colour, 1.6 * scale))
        painter.drawEllipse(QPointF(x, top + r), r, r)
        painter.drawLine(QPointF(x, top + r), QPointF(x, top + 0.35 * r))
        painter.drawLine(QPointF(x, top + r), QPointF(x + 0.5 * r, top + r))
    elif kind in {MarkKind.REFUSED, MarkKind.FAILED}:
        painter.setPen(QPen(colour, 2.2 * scale))
        painter.drawLine(QPointF(x - 0.8 * r, top), QPointF(x + 0.8 * r, top + 1.6 * r))
        painter.drawLine(QPointF(x - 0.8 * r, top + 1.6 * r), QPointF(x + 0.8 * r, top))
    elif kind is MarkKind.ROTATION:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.6 * scale))
        painter.drawArc(QRectF(x - r, top, 2 * r, 2 * r), 60 * 16, 280 * 16)


def paint_gap(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """Audio that was not transcribed: hatched."""
    painter.fillRect(box, QColor(theme.panel))
    painter.setPen(QPen(QColor(theme.warn), 1))
    painter.setBrush(QColor(theme.warn))
    brush = painter.brush()
    brush.setStyle(Qt.BrushStyle.BDiagPattern)
    painter.setBrush(brush)
    painter.drawRect(box)
