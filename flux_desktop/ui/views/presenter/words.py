"""Live text of the presenter: the turn in progress, whose lines never move while it grows, and subtitles."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from flux_desktop.ui.models.presenter.lines import Line, rolled, wrapped
from flux_desktop.ui.style.tokens import Theme
from flux_desktop.ui.views.presenter.part import BODY_PX, LIVE_PX, SUBTITLE_PX, PresenterPart, write

BEFORE_MAX = 2
HINT_PX = 48
"""What to do where there are no words, which may take several lines."""
LEADING = 1.2


@dataclass(frozen=True, slots=True)
class LiveWords:
    """The turn in progress, and the newest turns before it. `hint` is shown while there is no turn."""

    settled: str = ""
    interim: str = ""
    before: tuple[str, ...] = ()
    hint: str = ""


def last_words(words: str, metrics: QFontMetricsF, width_px: float) -> str:
    """The end of a text that fits; a word that would be cut is left out whole."""
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideLeft, width_px)
    _cut, gap, rest = shown.partition(" ")
    return f"… {rest}" if gap and shown != words else shown


class WordsPart(PresenterPart[LiveWords]):
    """Earlier turns on fixed lines above; below them the newest turn from a fixed place down."""

    def paint(self, painter: QPainter, content: LiveWords, theme: Theme) -> None:
        small = self.type_of(BODY_PX)
        row = self.px(BODY_PX * 1.45)
        for place, words in enumerate(content.before[-BEFORE_MAX:]):
            top = row * (BEFORE_MAX - len(content.before[-BEFORE_MAX:]) + place)
            shown = last_words(words, QFontMetricsF(small), self.width())
            write(painter, QRectF(0, top, self.width(), row), shown, theme.muted, small)
        top = row * BEFORE_MAX + self.px(14)
        area = QRectF(0, top, self.width(), self.height() - top)
        face = self.type_of(LIVE_PX, bold=True)
        if not content.settled and not content.interim:
            content, face = LiveWords(interim=content.hint), self.type_of(HINT_PX)
        paint_lines(painter, content, area, face, theme)


class SubtitlesPart(PresenterPart[LiveWords]):
    """Two lines, as large as they can be, at a fixed place; a third line rolls the first one away."""

    def paint(self, painter: QPainter, content: LiveWords, theme: Theme) -> None:
        face = self.type_of(SUBTITLE_PX, bold=True)
        leading = QFontMetricsF(face).height() * LEADING
        area = QRectF(0, (self.height() - 2 * leading) / 2, self.width(), 2 * leading)
        if content.settled or content.interim:
            paint_lines(painter, content, area, face, theme, rows=2)
        else:
            paint_lines(painter, LiveWords(interim=content.hint), area, self.type_of(HINT_PX), theme)


def paint_lines(
    painter: QPainter, content: LiveWords, area: QRectF, face: QFont, theme: Theme, rows: int | None = None
) -> None:
    """The text in `area` from its top: as many rows as fit, the newest ones if there are more."""
    metrics = QFontMetricsF(face)
    leading = metrics.height() * LEADING if rows is not None else min(metrics.height() * LEADING, area.height())
    rows = rows or max(1, int(area.height() / leading))
    lines = wrapped(content.settled, content.interim, area.width(), metrics.horizontalAdvance)
    painter.setFont(face)
    for place, line in enumerate(rolled(lines, rows)):
        _paint_line(painter, line, area.left(), area.top() + place * leading + metrics.ascent(), metrics, theme)


def _paint_line(painter: QPainter, line: Line, x: float, baseline: float, metrics: QFontMetricsF, theme: Theme) -> None:
    painter.setPen(QColor(theme.text))
    painter.drawText(round(x), round(baseline), line.settled)
    if line.interim:
        painter.setPen(QColor(theme.muted))
        painter.drawText(round(x + metrics.horizontalAdvance(line.settled)), round(baseline), line.interim)
