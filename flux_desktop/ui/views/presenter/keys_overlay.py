"""The keys of the presenter, over its view."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from flux_desktop.ui.models.presenter.keys import KEYS
from flux_desktop.ui.style.tokens import Theme
from flux_desktop.ui.views.presenter.part import SMALL_PX, PresenterPart, write

ROW_PX, PAD_PX, GAP_PX = 56, 44, 40


class KeysOverlay(PresenterPart[tuple[tuple[str, str], ...]]):
    """A panel in the middle; what is behind it stays visible around it."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.content = KEYS
        self._keys = 0.0
        """Width of the longest key."""
        self.setAccessibleName("Keys of the presenter view")
        self.setAccessibleDescription(". ".join(f"{keys}: {words}" for keys, words in KEYS))

    def place(self) -> None:
        """Stand in the middle of the presenter."""
        bold, plain = (QFontMetricsF(self.type_of(SMALL_PX + 2, bold=strong)) for strong in (True, False))
        self._keys = max(bold.horizontalAdvance(keys) for keys, _ in KEYS)
        words = max(plain.horizontalAdvance(words) for _, words in KEYS)
        parent = self.parentWidget()
        assert parent is not None
        width = min(parent.width(), round(self._keys + words + self.px(2 * PAD_PX + GAP_PX)))
        height = min(parent.height(), round(self.px(ROW_PX * len(KEYS) + 2 * PAD_PX)))
        self.setGeometry((parent.width() - width) // 2, (parent.height() - height) // 2, width, height)

    def paint(self, painter: QPainter, content: tuple[tuple[str, str], ...], theme: Theme) -> None:
        painter.setPen(QPen(QColor(theme.border), 2))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self.px(14), self.px(14))
        pad, row = self.px(PAD_PX), (self.height() - 2 * self.px(PAD_PX)) / len(content)
        left = pad + self._keys + self.px(GAP_PX)
        for place, (keys, words) in enumerate(content):
            top = pad + place * row
            write(
                painter,
                QRectF(pad, top, self._keys + 2, row),
                keys,
                theme.accent,
                self.type_of(SMALL_PX + 2, bold=True),
            )
            room = QRectF(left, top, self.width() - left - pad / 2, row)
            write(painter, room, words, theme.text, self.type_of(SMALL_PX + 2))
