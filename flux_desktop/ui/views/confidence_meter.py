"""Paints the confidence that a turn has ended: a bar with a mark at each threshold in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from flux_desktop.ui.style.tokens import Theme


class Threshold(NamedTuple):
    """A threshold of the confidence, with its label and its colour."""

    value: float
    label: str
    colour: str

    def x(self, groove: QRectF) -> float:
        """Where it stands on the bar."""
        return groove.left() + groove.width() * self.value


def thresholds(end: float, eager: float | None, theme: Theme) -> list[Threshold]:
    """The threshold that ends a turn, and that of EagerEndOfTurn where it is switched on."""
    marks = [Threshold(end, f"ends at {end:.2f}", theme.ok)]
    if eager is not None:
        marks.append(Threshold(eager, f"eager at {eager:.2f}", theme.eager))
    return marks


def label_centres(centres: Sequence[float], widths: Sequence[float], left: float, right: float) -> list[float]:
    """Where labels stand that belong to these places: as close to them as they can without overlapping.

    Both sequences go from left to right; all labels together have room between `left` and `right`.
    """
    placed: list[float] = []
    for centre, width in zip(centres, widths, strict=True):
        least = left if not placed else placed[-1] + widths[len(placed) - 1] / 2
        placed.append(max(centre, least + width / 2))
    for place in reversed(range(len(placed))):
        most = right if place == len(placed) - 1 else placed[place + 1] - widths[place + 1] / 2
        placed[place] = min(placed[place], most - widths[place] / 2)
    return placed


def paint_confidence(
    painter: QPainter, groove: QRectF, confidence: float | None, marks: Iterable[Threshold], theme: Theme
) -> None:
    """The bar in `groove`, filled up to the confidence (0 to 1, None counts as 0), and the marks across it."""
    height = groove.height()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.border))
    painter.drawRoundedRect(groove, height / 2, height / 2)
    share = min(1.0, max(0.0, confidence or 0.0))
    if share > 0:
        painter.setBrush(QColor(theme.accent))
        filled = QRectF(groove.left(), groove.top(), max(height, groove.width() * share), height)
        painter.drawRoundedRect(filled, height / 2, height / 2)
    beyond = 3 if height < 10 else 8
    for mark in marks:
        painter.setPen(QPen(QColor(mark.colour), 2 if height < 10 else 4))
        x = mark.x(groove)
        painter.drawLine(QPointF(x, groove.top() - beyond), QPointF(x, groove.bottom() + beyond))
