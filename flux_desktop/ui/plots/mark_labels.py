"""Puts the names of a plot's marks beside them, where they cover the least."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

GAP_PX, STEP_PX = 3.0, 3.0
_SIDES = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
"""To the right, left, above, below, and at the corners; earlier ones first where they are as good."""
_OUTSIDE = 1_000_000
"""Worse than to cover anything."""


class MarkLabels:
    """Marks and lines of a pyqtgraph view; what they cover is known as points, in pixels of the scene."""

    def __init__(self, view: Any) -> None:
        self._view = view
        self._within: QRectF = view.mapRectToScene(view.boundingRect())
        self._taken: list[Any] = []
        self._named: list[tuple[Any, QRectF]] = []

    def take_mark(self, x: float, y: float, size_px: float, name: Any = None) -> None:
        """Keep names off a mark, which has this `TextItem` for its name."""
        at = self._view.mapViewToScene(QPointF(x, y))
        box = QRectF(at.x() - size_px / 2, at.y() - size_px / 2, size_px, size_px)
        self.take_box(box)
        if name is not None and name.isVisible() and self._within.intersects(box):
            self._named.append((name, box))

    def take_box(self, box: QRectF) -> None:
        """Keep names off a part of the scene."""
        x, y = np.meshgrid(
            np.arange(box.left(), box.right() + STEP_PX, STEP_PX), np.arange(box.top(), box.bottom() + STEP_PX, STEP_PX)
        )
        self._taken.append(np.column_stack((x.ravel(), y.ravel())))

    def take_curve(self, curve: Any) -> None:
        """Keep names off the line of a `PlotCurveItem`."""
        places = [self._view.mapViewToScene(QPointF(x, y)) for x, y in zip(*curve.getData(), strict=True)]
        by_two = curve.opts["connect"] == "pairs"
        for line in [places[n : n + 2] for n in range(0, len(places), 2)] if by_two else [places]:
            self.take_line(line)

    def take_line(self, places: list[QPointF]) -> None:
        """Keep names off a line through these points of the scene."""
        x, y = np.array([place.x() for place in places]), np.array([place.y() for place in places])
        along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
        if len(places) > 1 and np.isfinite(along[-1]):
            steps = np.arange(0.0, along[-1] + STEP_PX, STEP_PX)
            self._taken.append(np.column_stack((np.interp(steps, along, x), np.interp(steps, along, y))))

    def place(self) -> None:
        """Put every name beside its mark."""
        for name, mark in self._named:
            size = name.textItem.boundingRect().size()
            best = min((_beside(mark, size, *side) for side in _SIDES), key=self._cost)
            self.take_box(best)
            name.setPos(self._view.mapSceneToView(best.topLeft()))

    def _cost(self, box: QRectF) -> int:
        x, y = np.concatenate(self._taken).T
        covered = (x > box.left()) & (x < box.right()) & (y > box.top()) & (y < box.bottom())
        return int(covered.sum()) + (0 if self._within.contains(box) else _OUTSIDE)


def _beside(mark: QRectF, size: QSizeF, right: int, down: int) -> QRectF:
    x = mark.center().x() + right * (mark.width() / 2 + GAP_PX + size.width() / 2)
    y = mark.center().y() + down * (mark.height() / 2 + size.height() / 2)
    return QRectF(x - size.width() / 2, y - size.height() / 2, size.width(), size.height())
