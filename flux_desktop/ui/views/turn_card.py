"""Paints one turn: index, times, marks, confidence, and the text, shaded by how sure the words are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from flux_desktop.flux import defaults
from flux_desktop.ui.models import text
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_BODY_PX, TYPE_CAPTION_PX, TYPE_READING_PX, Theme, font
from flux_desktop.ui.views.confidence_meter import label_centres, paint_confidence, thresholds

CARD_ROLE = Qt.ItemDataRole.UserRole + 1
GAP_PX, PAD_PX, HEAD_PX, INDENT_PX, METER_PX = 8, 12, 20, 34, 30
LABEL_GAP_PX = 8
NEWEST = 4
"""Cards that may still change: the open one, and those that a remark or an end has just touched."""
LAYOUTS_MAX = 256
AnyIndex = QModelIndex | QPersistentModelIndex


class TurnCardDelegate(QStyledItemDelegate):
    """Lays out and paints cards.

    The height of every card is kept until its revision or the width changes, for the view asks for all of them at each
    change of one; of the layouts themselves only those of the cards looked at last.
    """

    def __init__(self, theme: ThemeSource, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._layouts: OrderedDict[int, tuple[tuple[int, int], QTextLayout, float]] = OrderedDict()
        self._heights: dict[int, tuple[tuple[int, int], int]] = {}
        # Not in `_heights`: painting a card that has grown keeps its new height before the view is laid out by it.
        self._newest_heights: dict[int, int] = {}
        self._eot_threshold = defaults.EOT_THRESHOLD
        self._eager_threshold: float | None = None

    def set_marks(self, eot_threshold: float, eager_threshold: float | None) -> None:
        """Thresholds that the open card's meter marks."""
        self._eot_threshold, self._eager_threshold = eot_threshold, eager_threshold

    def forget(self) -> None:
        """Throw all layouts away: the width or the colours have changed."""
        self._layouts.clear()
        self._heights.clear()

    def heights_changed(self, cards: Sequence[Card]) -> bool:
        """Whether the height of any of the newest cards has changed since the last call."""
        newest = {card.serial: self._height(card) for card in cards[-NEWEST:]}
        before, self._newest_heights = self._newest_heights, newest
        return newest != before

    def _height(self, card: Card) -> int:
        """Of the whole card, in pixels, with the gap below it."""
        key = (card.revision, self._width())
        cached = self._heights.get(card.serial)
        if cached is not None and cached[0] == key:
            return cached[1]
        height = round(self._layout(card)[1]) + GAP_PX
        if card.tone == "note":
            height += 6
        else:
            height += HEAD_PX + 2 * PAD_PX - 2 + (METER_PX if card.tone != "final" else 0)
        self._heights[card.serial] = (key, height)
        return height

    def _width(self) -> int:
        return max(200, self._view.viewport().width())

    def _layout(self, card: Card) -> tuple[QTextLayout, float]:
        key = (card.revision, self._width())
        cached = self._layouts.get(card.serial)
        if cached is not None and cached[0] == key:
            self._layouts.move_to_end(card.serial)
            return cached[1], cached[2]
        note = card.tone == "note"
        face = font(TYPE_BODY_PX if note else TYPE_READING_PX, bold=card.tone in {"listening", "awaiting"})
        layout = QTextLayout(card.text or " ", face)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(_shades(card, self._theme.current))
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self._width() - 2 * PAD_PX - INDENT_PX)
            line.setPosition(QPointF(0, height))
            height += line.height() * (1.0 if note else 1.18)
        layout.endLayout()
        self._layouts[card.serial] = (key, layout, height)
        self._layouts.move_to_end(card.serial)
        if len(self._layouts) > LAYOUTS_MAX:
            self._layouts.popitem(last=False)
        return layout, height

    def _paint_head(self, painter: QPainter, card: Card, area: QRectF, theme: Theme) -> None:
        live = card.tone != "final"
        painter.setFont(font(TYPE_BODY_PX, bold=True, fixed=True))
        painter.setPen(QColor(theme.accent if live else theme.muted))
        align = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(align | Qt.AlignmentFlag.AlignLeft), str(card.index))
        caption = font(TYPE_CAPTION_PX, fixed=True)
        painter.setFont(caption)
        painter.setPen(QColor(theme.muted))
        times = text.span(card.start_s, None if live else card.end_s) if card.timed else ""
        painter.drawText(area.adjusted(INDENT_PX, 0, 0, 0), int(align | Qt.AlignmentFlag.AlignLeft), times)
        x = area.left() + INDENT_PX + QFontMetricsF(caption).horizontalAdvance(times) + 14
        verdict, bold = _verdict(card), QFontMetricsF(font(TYPE_CAPTION_PX, bold=True))
        room = area.right() - bold.horizontalAdvance(verdict) - 10 - x
        badges = _badges(card, theme)
        if sum(_pill_width(bold, words) + 6 for words, _colour in badges) > room:
            badges = _badges(card, theme, short=True)
        if sum(_pill_width(bold, words) + 6 for words, _colour in badges) > room and not live:
            # The colour of the badges and the confidence say more than how the turn ended.
            verdict = verdict.partition(" · ")[0].rpartition(" ")[0] or verdict
            room = area.right() - bold.horizontalAdvance(verdict) - 10 - x
        for words, colour in badges:
            if _pill_width(bold, words) > room:
                break
            room -= _pill_width(bold, words) + 6
            x += _pill(painter, x, area, words, colour, theme.on_fill) + 6
        painter.setFont(font(TYPE_CAPTION_PX, bold=True))
        painter.setPen(QColor(theme.accent if live else _confidence_colour(card, theme)))
        painter.drawText(area, int(align | Qt.AlignmentFlag.AlignRight), verdict)

    def _paint_meter(self, painter: QPainter, card: Card, area: QRectF, theme: Theme) -> None:
        groove = QRectF(area.left(), area.top() + 4, area.width(), 5)
        marks = thresholds(self._eot_threshold, self._eager_threshold, theme)
        paint_confidence(painter, groove, card.confidence, marks, theme)
        caption = font(TYPE_CAPTION_PX - 1)
        painter.setFont(caption)
        marks.sort(key=lambda mark: mark.value)
        widths = [QFontMetricsF(caption).horizontalAdvance(mark.label) + LABEL_GAP_PX for mark in marks]
        centres = label_centres([mark.x(groove) for mark in marks], widths, area.left(), area.right())
        for mark, centre, width in zip(marks, centres, widths, strict=True):
            painter.setPen(QColor(mark.colour))
            where = QRectF(centre - width / 2, groove.bottom() + 3, width, 13)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), mark.label)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(self._width(), self._height(index.data(CARD_ROLE)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        card: Card = index.data(CARD_ROLE)
        theme = self._theme.current
        layout, height = self._layout(card)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -GAP_PX + 0.5)
        if card.tone == "note":
            painter.setPen(QColor(theme.muted))
            layout.draw(painter, QPointF(box.left() + PAD_PX + INDENT_PX, box.top() + 2))
            painter.restore()
            return
        live = card.tone != "final"
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        edge = theme.eager if card.tone == "awaiting" else theme.accent if live or selected else theme.border
        painter.setPen(QPen(QColor(edge), 1.4 if live or selected else 1))
        painter.setBrush(QColor(theme.accent_soft if live else theme.raised))
        painter.drawRoundedRect(box, 8, 8)
        inner = box.adjusted(PAD_PX, PAD_PX - 3, -PAD_PX, -PAD_PX)
        self._paint_head(painter, card, QRectF(inner.left(), inner.top(), inner.width(), HEAD_PX), theme)
        painter.setPen(QColor(theme.text))
        at = QPointF(inner.left() + INDENT_PX, inner.top() + HEAD_PX + 4)
        layout.draw(painter, at)
        if live:
            left = inner.left() + INDENT_PX
            meter = QRectF(left, at.y() + height + 4, inner.right() - left, METER_PX)
            self._paint_meter(painter, card, meter, theme)
        painter.restore()


def _badges(card: Card, theme: Theme, *, short: bool = False) -> list[tuple[str, str]]:
    badges = []
    if card.eager_count:
        lead = "" if card.eager_lead_ms is None else f" {card.eager_lead_ms:.0f} ms{'' if short else ' early'}"
        words = "awaiting end" if card.tone == "awaiting" else f"eager{lead}"
        badges.append((words, theme.eager))
    if card.resumed_count:
        times = "once" if card.resumed_count == 1 else f"{card.resumed_count} times"
        badges.append((f"resumed {card.resumed_count}×" if short else f"resumed {times}", theme.warn))  # noqa: RUF001
    return badges


def _verdict(card: Card) -> str:
    if card.tone != "final":
        return f"listening · end of turn {text.percent(card.confidence)}"
    by = text.ENDED_BY_WORDS.get(card.ended_by or "", card.ended_by or "")
    # The confidence of a turn that the model did not end says nothing about its end.
    sure = card.ended_by in {"model", "unknown"} and card.confidence is not None
    ending = f"✓ {text.percent(card.confidence)} {by}" if sure else by
    return " · ".join(part for part in (ending, "" if card.end_ms is None else text.milliseconds(card.end_ms)) if part)


def _confidence_colour(card: Card, theme: Theme) -> str:
    return theme.ok if card.ended_by in {"model", "unknown", "manual"} else theme.warn


def _pill_width(metrics: QFontMetricsF, words: str) -> float:
    return metrics.horizontalAdvance(words) + 14


def _pill(painter: QPainter, x: float, area: QRectF, words: str, colour: str, on_fill: str) -> float:
    face: QFont = font(TYPE_CAPTION_PX, bold=True)
    painter.setFont(face)
    width = _pill_width(QFontMetricsF(face), words)
    box = QRectF(x, area.top() + 1, width, area.height() - 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setPen(QColor(on_fill))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
    return width


def _shades(card: Card, theme: Theme) -> list[QTextLayout.FormatRange]:
    """Mark the words that the recogniser is not sure of: dimmer, with a dotted line under them."""
    ranges = []
    for start, length in card.unsure:
        shade = QTextCharFormat()
        shade.setForeground(QColor(theme.muted))
        shade.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        mark = QTextLayout.FormatRange()
        mark.start, mark.length, mark.format = start, length, shade
        ranges.append(mark)
    return ranges
