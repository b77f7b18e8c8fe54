"""Paints a line of search results with the matching words highlighted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from flux_desktop.ui.style.theme import ThemeSource

PAD_PX = 6
AnyIndex = QModelIndex | QPersistentModelIndex


def matches(line: str, words: str) -> Iterator[tuple[int, int]]:
    """Start and length of every occurrence of `words`, ignoring case."""
    if words:
        for match in re.finditer(re.escape(words), line, re.IGNORECASE):
            yield match.start(), match.end() - match.start()


class MatchDelegate(QStyledItemDelegate):
    """Lays the text out as plain text; `words` are highlighted."""

    def __init__(self, theme: ThemeSource, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self.words = ""

    def _layout(self, line: str, face: QFont, width: float) -> tuple[QTextLayout, float]:
        """The lines laid out with their highlights, and their height."""
        layout = QTextLayout(line.replace("\n", "\u2028"), face)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([self._highlight(*match) for match in matches(line, self.words)])
        layout.beginLayout()
        height = 0.0
        while (row := layout.createLine()).isValid():
            row.setLineWidth(width)
            row.setPosition(QPointF(0, height))
            height += row.height()
        layout.endLayout()
        return layout, height

    def _highlight(self, start: int, length: int) -> QTextLayout.FormatRange:
        style = QTextCharFormat()
        style.setBackground(QColor(self._theme.current.warn))
        style.setForeground(QColor(self._theme.current.on_fill))
        span = QTextLayout.FormatRange()
        span.start, span.length, span.format = start, length, style
        return span

    def _width(self) -> float:
        return max(120.0, self._view.viewport().width() - 2 * PAD_PX - 4)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        _, height = self._layout(str(index.data()), self._view.font(), self._width())
        return QSize(120, round(height) + 2 * PAD_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        theme, line = self._theme.current, str(index.data())
        box = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(box, 6, 6)
        layout, _ = self._layout(line, self._view.font(), self._width())
        painter.setPen(QColor(theme.text))
        layout.draw(painter, QPointF(box.left() + PAD_PX, box.top() + PAD_PX - 1))
        painter.restore()
