"""The bar of the end-of-turn confidence, by its pixels."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.confidence_meter import label_centres, paint_confidence, thresholds

GROOVE = QRectF(0, 10, 200, 6)


def painted(theme: ThemeSource, confidence: float | None, eager: float | None = None) -> QImage:
    image = QImage(200, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_confidence(painter, GROOVE, confidence, thresholds(0.7, eager, theme.current), theme.current)
    painter.end()
    return image


@pytest.mark.parametrize(("confidence", "filled_to"), [(None, 0), (0.0, 0), (0.5, 100), (1.7, 199)])
def test_it_is_filled_up_to_the_confidence(theme: ThemeSource, confidence: float | None, filled_to: int) -> None:
    image, accent = painted(theme, confidence), QColor(theme.current.accent)
    filled = [x for x in range(4, 196) if abs(x - 140) > 3 and image.pixelColor(x, 13) == accent]
    assert max(filled, default=0) == pytest.approx(filled_to, abs=5)


def test_the_marks_stand_at_the_thresholds_and_reach_beyond_the_bar(theme: ThemeSource) -> None:
    image = painted(theme, 0.2, eager=0.4)
    assert image.pixelColor(140, 8) == QColor(theme.current.ok)
    assert image.pixelColor(80, 8) == QColor(theme.current.eager)
    assert painted(theme, 0.2).pixelColor(80, 8) == QColor(0, 0, 0)
    assert [mark.label for mark in thresholds(0.7, 0.4, theme.current)] == ["ends at 0.70", "eager at 0.40"]


@pytest.mark.parametrize(
    ("centres", "expected"),
    [
        ((100.0, 300.0), [100.0, 300.0]),  # both at their marks
        ((200.0, 210.0), [200.0, 260.0]),  # the second gives way
        ((2.0, 5.0), [30.0, 90.0]),  # at the left edge
        ((380.0, 390.0), [310.0, 370.0]),  # at the right edge
    ],
)
def test_labels_stand_at_their_marks_and_never_overlap(centres: tuple[float, float], expected: list[float]) -> None:
    assert label_centres(centres, (60.0, 60.0), 0.0, 400.0) == expected
