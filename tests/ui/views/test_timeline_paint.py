"""A stretch of a timeline is painted with what reaches into it from both sides."""

from __future__ import annotations

from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from flux_desktop.ui.models.timeline_facts import Mark, MarkKind, Stretch
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.timeline_paint import TimelinePaint
from flux_desktop.ui.views.timeline_rows import Rows
from tests.ui.pixels import names_of

PER_S = 60.0


def painted(theme: ThemeSource, from_s: float, until_s: float, *marks: Mark) -> set[str]:
    """The colours of a stretch."""
    rows = Rows(1.0, with_confidence=False)
    image = QImage(round((until_s - from_s) * PER_S), rows.height, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(-from_s * PER_S, 0)
    paint = TimelinePaint(rows, theme.current, PER_S)
    paint.paint(painter, from_s, until_s, Stretch(marks=marks), [], None, until_s, None)
    painter.end()
    return names_of(image)


def test_marks_reach_into_the_stretches_beside_them(qapp: QApplication, theme: ThemeSource) -> None:
    end, colour = Mark(MarkKind.END, 5.0), theme.current.ok
    assert colour in painted(theme, 5.05, 6.0, end)
    assert colour in painted(theme, 4.0, 4.95, end)
    assert colour not in painted(theme, 5.5, 6.5, end)


def test_a_gap_is_seen_between_its_ends(qapp: QApplication, theme: ThemeSource) -> None:
    assert theme.current.warn in painted(theme, 3.0, 4.0, Mark(MarkKind.GAP, 1.0, until_s=9.0))
    assert theme.current.warn not in painted(theme, 3.0, 4.0, Mark(MarkKind.GAP, 1.0, until_s=2.0))
