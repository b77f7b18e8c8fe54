"""What the lines and areas of a plot are: a mark and words for each, wrapped where the room ends."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, font

LINE_PX, MARK_PX, GAP_PX, MORE_PX = 16, 14, 10, 22


@dataclass(frozen=True, slots=True)
class Entry:
    """One mark; `token` names a colour of the theme. A line is drawn with its pen's style, an area as a block."""

    words: str
    token: str
    style: Qt.PenStyle | None = None
    """Of a line; None is an area."""
    width: float = 2.0


class Legend(QWidget):
    """Paints entries in at most `lines_max` lines; reserves them all, so that nothing moves when entries come."""

    def __init__(self, theme: ThemeSource, lines_max: int = 1) -> None:
        super().__init__()
        self._theme = theme
        self._lines_max = lines_max
        self._entries: tuple[Entry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(LINE_PX * lines_max)
        theme.changed.connect(self.update)

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show these; what has no room is left out of the picture, but not out of the tip."""
        if entries != self._entries:
            self._entries = entries
            words = ", ".join(entry.words for entry in entries)
            self.setAccessibleName(f"Legend: {words}")
            self.setToolTip("\n".join(entry.words for entry in entries))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, LINE_PX * self._lines_max)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = font(TYPE_CAPTION_PX)
        painter.setFont(face)
        metrics, theme = QFontMetrics(face), self._theme.current
        x, line = 0, 0
        for number, entry in enumerate(self._entries, start=1):
            width = MARK_PX + 5 + metrics.horizontalAdvance(entry.words)
            last_line = line == self._lines_max - 1
            # On the last line there must be room left to say that there is more.
            reserved = MORE_PX if last_line and number < len(self._entries) else 0
            if x and x + width + reserved > self.width():
                if last_line:
                    painter.setPen(QColor(theme.muted))
                    more = QRectF(x, line * LINE_PX, MORE_PX, LINE_PX)
                    painter.drawText(more, int(Qt.AlignmentFlag.AlignVCenter), f"+{len(self._entries) - number + 1}")
                    break
                x, line = 0, line + 1
            top = line * LINE_PX
            self._paint_mark(painter, QRectF(x, top, MARK_PX, LINE_PX), entry)
            painter.setPen(QColor(theme.muted))
            words = QRectF(x + MARK_PX + 5, top, width, LINE_PX)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), entry.words)
            x += width + GAP_PX
        painter.end()

    def _paint_mark(self, painter: QPainter, box: QRectF, entry: Entry) -> None:
        colour = QColor(getattr(self._theme.current, entry.token))
        if entry.style is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(box.left() + 2, box.center().y() - 5, 10, 10), 2, 2)
            return
        painter.setPen(QPen(colour, entry.width, entry.style))
        middle = box.center().y()
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
