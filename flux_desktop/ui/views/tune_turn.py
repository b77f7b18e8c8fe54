"""One turn of the Tune page as a card: its text split at the decision, and a small timeline."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.models.tune_turns import Playable, TurnEntry, TurnKind
from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S, TYPE_BODY_PX, TYPE_CAPTION_PX, Theme, font

ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
CARD_PX, BUTTON_PX, LANE_PX = 94, 28, 32
AnyIndex = QModelIndex | QPersistentModelIndex


class TuneTurnDelegate(QStyledItemDelegate):
    """Paints `TurnEntry`s. What is played, and the shapes of the clips, are set from outside."""

    def __init__(self, theme: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shapes: dict[str, WavShape] = {}
        """By path; a clip without one is drawn without loudness."""
        self.playing: Playable | None = None
        self.position_s: float | None = None
        """Seconds from the start of the clip."""
        self.can_play = True

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(200, CARD_PX + SPACE_S)

    def button_box(self, card: QRectF) -> QRectF:
        """Where the play button of a card is."""
        lane = self._lane(card)
        return QRectF(card.left() + 10, lane.center().y() - BUTTON_PX / 2, BUTTON_PX, BUTTON_PX)

    @staticmethod
    def card_box(option_rect: QRectF) -> QRectF:
        """The card within its row."""
        return option_rect.adjusted(1, 1, -1, -SPACE_S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry: TurnEntry = index.data(ENTRY_ROLE)
        theme = self._theme.current
        card = self.card_box(QRectF(option.rect))
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent if selected else theme.border), 1))
        painter.setBrush(QColor(theme.accent_soft if selected else theme.raised))
        painter.drawRoundedRect(card, 7, 7)
        self._paint_head(painter, entry, card.adjusted(10, 6, -10, 0), theme)
        self._paint_text(painter, entry, card.adjusted(10, 25, -10, 0), theme)
        self._paint_button(painter, entry, card, theme)
        self._paint_lane(painter, entry, self._lane(card), theme)
        painter.restore()

    def _lane(self, card: QRectF) -> QRectF:
        left = card.left() + 10 + BUTTON_PX + SPACE_S
        return QRectF(left, card.bottom() - LANE_PX - 10, card.right() - 12 - left, LANE_PX)

    def _paint_head(self, painter: QPainter, entry: TurnEntry, box: QRectF, theme: Theme) -> None:
        line = QRectF(box.left(), box.top(), box.width(), 16)
        painter.setFont(font(TYPE_CAPTION_PX, bold=True))
        painter.setPen(QColor(theme.text if entry.kind is TurnKind.WAIT else theme.danger))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), entry.verdict)
        left = line.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(entry.verdict) - SPACE_S, 0)
        painter.setFont(font(TYPE_CAPTION_PX, fixed=True))
        painter.setPen(QColor(theme.muted))
        length = f" · {entry.turn.end_s - entry.turn.start_s:.1f} s"
        room = int(left.width()) - painter.fontMetrics().horizontalAdvance(length)
        name = Path(entry.clip).stem if entry.path is not None else entry.clip
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(left, int(Qt.AlignmentFlag.AlignVCenter), f"{shown}{length}")

    def _paint_text(self, painter: QPainter, entry: TurnEntry, box: QRectF, theme: Theme) -> None:
        line = QRectF(box.left(), box.top(), box.width(), 20)
        painter.setFont(font(TYPE_BODY_PX))
        metrics = painter.fontMetrics()
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        rest_px = min(metrics.horizontalAdvance(entry.rest), int(0.4 * line.width())) if entry.rest else 0
        room = int(line.width()) - rest_px - (12 if entry.rest else 0)
        mode = Qt.TextElideMode.ElideLeft if entry.rest else Qt.TextElideMode.ElideRight
        spoken_text = metrics.elidedText(entry.spoken_text, mode, room)
        painter.setPen(QColor(theme.text))
        painter.drawText(line, middle, spoken_text)
        if not entry.rest:
            return
        x = line.left() + metrics.horizontalAdvance(spoken_text) + 5
        painter.setPen(QPen(QColor(theme.danger), 2))
        painter.drawLine(QPointF(x, line.top() + 3), QPointF(x, line.bottom() - 3))
        painter.setPen(QColor(theme.muted))
        left = QRectF(x + 6, line.top(), line.right() - x - 6, line.height())
        shown = metrics.elidedText(entry.rest, Qt.TextElideMode.ElideRight, int(left.width()))
        painter.drawText(left, middle, shown)

    def _paint_button(self, painter: QPainter, entry: TurnEntry, card: QRectF, theme: Theme) -> None:
        box, active = self.button_box(card), entry == self.playing
        usable = self.can_play and entry.path is not None
        painter.setPen(QPen(QColor(theme.accent if active else theme.border), 1))
        painter.setBrush(QColor(theme.accent if active else theme.panel))
        painter.drawEllipse(box)
        colour = theme.on_accent if active else theme.text if usable else theme.border
        size = 13
        mark = icons.pixmap("square" if active else "play", colour, size)
        painter.drawPixmap(
            QPointF(box.center().x() - size / 2 + (0 if active else 1), box.center().y() - size / 2), mark
        )

    def _paint_lane(self, painter: QPainter, entry: TurnEntry, lane: QRectF, theme: Theme) -> None:
        span = entry.span
        scale = lane.width() / max(0.1, span.end_s - span.start_s)

        def x(at_s: float) -> float:
            return lane.left() + min(max(at_s - span.start_s, 0.0) * scale, lane.width())

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.window))
        painter.drawRoundedRect(lane, 4, 4)
        cut = entry.cut_hold
        for hold in entry.holds:
            box = QRectF(x(hold.start_s), lane.top(), x(hold.end_s) - x(hold.start_s), lane.height())
            painter.setBrush(QColor(theme.border))
            painter.drawRect(box)
        self._paint_loudness(painter, entry, lane, theme)
        painter.setPen(QPen(QColor(theme.ok), 2))
        painter.drawLine(QPointF(x(entry.turn.end_s), lane.top()), QPointF(x(entry.turn.end_s), lane.bottom()))
        if entry.decision_s is not None:
            at = x(entry.decision_s)
            painter.setPen(QPen(QColor(theme.danger), 2))
            painter.drawLine(QPointF(at, lane.top() - 2), QPointF(at, lane.bottom()))
            paint_triangle(painter, at, lane.top() - 3, QColor(theme.danger))
        painter.setFont(font(TYPE_CAPTION_PX - 1))
        for hold in entry.holds:
            words = f"{hold.end_s - hold.start_s:.1f} s"
            width, high = painter.fontMetrics().horizontalAdvance(words) + 6, painter.fontMetrics().height()
            if hold == cut or x(hold.end_s) - x(hold.start_s) > width:
                box = QRectF(x(hold.end_s) - width, lane.bottom() - high, width, high)
                painter.fillRect(box, QColor(theme.border))  # no line goes through it
                painter.setPen(QColor(theme.text))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
        if entry.eager_s is not None and span.start_s <= entry.eager_s:
            paint_diamond(painter, x(entry.eager_s), lane.top() + 6, QColor(theme.eager))
        if entry == self.playing and self.position_s is not None:
            at = x(self.position_s)
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.drawLine(QPointF(at, lane.top() - 3), QPointF(at, lane.bottom() + 3))

    def _paint_loudness(self, painter: QPainter, entry: TurnEntry, lane: QRectF, theme: Theme) -> None:
        shape = self.shapes.get(str(entry.path))
        if shape is None or not len(shape.peaks) or not shape.duration_s:
            return
        span, per_s = entry.span, len(shape.peaks) / shape.duration_s
        bars, top = max(1, int(lane.width() // 4)), max(0.05, float(shape.peaks.max()))
        played = self.position_s if entry == self.playing else None
        painter.setPen(Qt.PenStyle.NoPen)
        for bar in range(bars):
            from_s = span.start_s + bar / bars * (span.end_s - span.start_s)
            to_s = span.start_s + (bar + 1) / bars * (span.end_s - span.start_s)
            first = int((entry.offset_s + from_s) * per_s)
            last = max(first + 1, int((entry.offset_s + to_s) * per_s))
            loud = float(shape.peaks[first:last].max(initial=0.0)) / top
            height = max(1.5, loud * (lane.height() - 8))
            spoken = played is None or from_s <= played
            painter.setBrush(QColor(theme.accent if spoken else theme.muted))
            x = lane.left() + bar * lane.width() / bars
            painter.drawRoundedRect(QRectF(x, lane.center().y() - height / 2, 2, height), 1, 1)


def paint_triangle(painter: QPainter, x: float, top: float, colour: QColor) -> None:
    """The head of a decision's line."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(x - 4, top), QPointF(x + 4, top), QPointF(x, top + 5)]))


def paint_diamond(painter: QPainter, x: float, y: float, colour: QColor) -> None:
    """An eager end."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(x, y - 4), QPointF(x + 4, y), QPointF(x, y + 4), QPointF(x - 4, y)]))
