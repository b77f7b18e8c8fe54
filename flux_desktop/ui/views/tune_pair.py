"""One turn in both arms of a comparison, side by side, with one playhead; what differs is marked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from flux_desktop.ui.models.tune_ab import ArmTurn, TurnPair
from flux_desktop.ui.models.tune_turns import Playable
from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S, TYPE_BODY_PX, TYPE_CAPTION_PX, Theme, font
from flux_desktop.ui.views.tune_turn import ENTRY_ROLE, AnyIndex, paint_diamond, paint_triangle

CARD_PX, BUTTON_PX, LANE_PX = 84, 28, 20


class TunePairDelegate(QStyledItemDelegate):
    """Paints `TurnPair`s; what is played is set from outside."""

    def __init__(self, theme: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.playing: Playable | None = None
        self.position_s: float | None = None
        self.can_play = True

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(200, CARD_PX + SPACE_S)

    @staticmethod
    def button_box(row: QRectF) -> QRectF:
        """Where the play button of a row is."""
        return QRectF(row.left() + 10, row.top() + CARD_PX / 2, BUTTON_PX, BUTTON_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        pair: TurnPair = index.data(ENTRY_ROLE)
        theme, row = self._theme.current, QRectF(option.rect)
        card = row.adjusted(1, 1, -1, -SPACE_S)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent if selected else theme.border), 1))
        painter.setBrush(QColor(theme.accent_soft if selected else theme.raised))
        painter.drawRoundedRect(card, 7, 7)
        self._paint_head(painter, pair, card, theme)
        self._paint_button(painter, pair, row, theme)
        left = self.button_box(row).right() + SPACE_S
        width = (card.right() - 10 - left - SPACE_M) / 2
        for name, arm, x in (("A", pair.a, left), ("B", pair.b, left + width + SPACE_M)):
            self._paint_words(painter, name, arm, QRectF(x, card.top() + 26, width, 20), theme)
            self._paint_lane(painter, pair, arm, QRectF(x, card.bottom() - LANE_PX - 9, width, LANE_PX), theme)
        painter.restore()

    def _paint_head(self, painter: QPainter, pair: TurnPair, card: QRectF, theme: Theme) -> None:
        line = QRectF(card.left() + 10, card.top() + 6, card.width() - 20, 16)
        painter.setFont(font(TYPE_CAPTION_PX, fixed=True))
        painter.setPen(QColor(theme.muted))
        name = Path(pair.clip).stem if pair.path is not None else pair.clip
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(font(TYPE_CAPTION_PX, bold=True))
        painter.setPen(QColor(theme.warn))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), pair.difference)

    def _paint_button(self, painter: QPainter, pair: TurnPair, row: QRectF, theme: Theme) -> None:
        box, active = self.button_box(row), pair == self.playing
        painter.setPen(QPen(QColor(theme.accent if active else theme.border), 1))
        painter.setBrush(QColor(theme.accent if active else theme.panel))
        painter.drawEllipse(box)
        colour = theme.on_accent if active else theme.text if self.can_play and pair.path is not None else theme.border
        mark = icons.pixmap("square" if active else "play", colour, 13)
        painter.drawPixmap(QPointF(box.center().x() - 6.5, box.center().y() - 6.5), mark)

    def _paint_words(self, painter: QPainter, name: str, arm: ArmTurn, line: QRectF, theme: Theme) -> None:
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(font(TYPE_CAPTION_PX, bold=True))
        painter.setPen(QColor(theme.muted))
        painter.drawText(line, middle, name)
        painter.setFont(font(TYPE_BODY_PX))
        metrics, x = painter.fontMetrics(), line.left() + 14
        for word in arm.words:
            width = metrics.horizontalAdvance(word.text)
            if x + width > line.right() - metrics.horizontalAdvance("…"):
                painter.setPen(QColor(theme.muted))
                painter.drawText(QRectF(x, line.top(), 20, line.height()), middle, "…")
                break
            painter.setPen(QColor(theme.text if word.is_shared else theme.warn))
            painter.drawText(QRectF(x, line.top(), width + 2, line.height()), middle, word.text)
            if not word.is_shared:
                underline = QRectF(x, round(line.bottom()) - 3, width, 1)
                painter.fillRect(underline, QColor(theme.warn))
            x += width + metrics.horizontalAdvance(" ")

    def _paint_lane(self, painter: QPainter, pair: TurnPair, arm: ArmTurn, lane: QRectF, theme: Theme) -> None:
        span = pair.span
        scale = lane.width() / max(0.1, span.end_s - span.start_s)

        def x(at_s: float) -> float:
            return lane.left() + min(max(at_s - span.start_s, 0.0) * scale, lane.width())

        def line(at_s: float, colour: str, above: float = 0.0) -> None:
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawLine(QPointF(x(at_s), lane.top() - above), QPointF(x(at_s), lane.bottom()))

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.window))
        painter.drawRoundedRect(lane, 4, 4)
        painter.setBrush(QColor(theme.border))
        for hold in pair.holds:
            painter.drawRect(QRectF(x(hold.start_s), lane.top(), x(hold.end_s) - x(hold.start_s), lane.height()))
        line(pair.turn.end_s, theme.ok)
        for end_s in arm.ends_s:
            colour = theme.muted if pair.is_shared(end_s) else theme.danger
            line(end_s, colour, 2)
            paint_triangle(painter, x(end_s), lane.top() - 3, QColor(colour))
        if arm.eager_s is not None:
            paint_diamond(painter, x(arm.eager_s), lane.top() + 6, QColor(theme.eager))
        if pair == self.playing and self.position_s is not None:
            line(self.position_s, theme.text, 3)
