"""Turns over time: one lane per connection, coloured by turn state, with eager and resumed marks."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font

LANE_PX, BAR_PX, NAME_PX = 18, 10, 40
AXIS_PX, STEP_PX = 16, 23
WINDOW_S = 30.0
TICK_S = 5.0


class Lanes(QWidget):
    """Paints the newest `WINDOW_S` seconds of all connections; only the part in view is painted.

    Signals:
        picked: the number of the connection whose lane was clicked.
    """

    picked = Signal(int)

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._shown = (-1, -1)
        self.setAccessibleName("Turns over time, one lane per connection")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def refresh(self) -> None:
        """Paint what is new."""
        state = (self._model.generation, self._model.revision)
        if state == self._shown:
            return
        if state[0] != self._shown[0]:
            self.updateGeometry()
        self._shown = state
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, len(self._model.conversations)) * LANE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme.current
        painter.setFont(font(TYPE_CAPTION_PX))
        end_s = max(WINDOW_S, self._model.now_s)
        per_s = (self.width() - NAME_PX) / WINDOW_S
        first = event.rect().top() // LANE_PX
        last = event.rect().bottom() // LANE_PX

        def x(t: float) -> float:
            return NAME_PX + max(0.0, (t - end_s + WINDOW_S)) * per_s

        for row, conversation in enumerate(list(self._model.conversations.values())[first : last + 1], start=first):
            lane = QRectF(NAME_PX, row * LANE_PX + (LANE_PX - BAR_PX) / 2, self.width() - NAME_PX, BAR_PX)
            painter.setPen(QColor(theme.muted))
            name = QRectF(0, row * LANE_PX, NAME_PX - 6, LANE_PX)
            painter.drawText(
                name, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), f"#{conversation.conn}"
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(lane, 3, 3)
            self._paint_lane(painter, conversation, lane, x, theme)
        painter.end()

    def _paint_lane(
        self, painter: QPainter, conversation: Conversation, lane: QRectF, x: Callable[[float], float], theme: Theme
    ) -> None:
        now_s = self._model.now_s
        since_s = now_s - WINDOW_S
        previous = ""
        for span in conversation.lane:
            end_s = now_s if span.end_s is None else span.end_s
            before, previous = previous, span.state
            if end_s < since_s:
                continue
            left, right = x(span.start_s), x(end_s)
            if span.state == "Ready":
                if before and left > lane.left():
                    painter.fillRect(QRectF(left - 1, lane.top() - 2, 2, lane.height() + 4), QColor(theme.text))
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            awaiting = span.state == "AwaitingEnd"
            painter.setBrush(QColor(theme.eager if awaiting else theme.ok_soft))
            # An eager end can be over in a twentieth of a second: it is still to be seen.
            width = max(right - left, 3.0 if awaiting else 1.0)
            painter.drawRoundedRect(QRectF(left, lane.top(), width, lane.height()), 2, 2)
        for gap in conversation.gap_marks:
            if gap >= since_s:
                painter.fillRect(QRectF(x(gap) - 1.5, lane.top() - 3, 3, lane.height() + 6), QColor(theme.warn))
        if conversation.failed_at_s is not None and conversation.failed_at_s >= since_s:
            middle = QPointF(x(conversation.failed_at_s), lane.center().y())
            painter.setPen(QPen(QColor(theme.danger), 2.5))
            painter.drawLine(middle - QPointF(4, 4), middle + QPointF(4, 4))
            painter.drawLine(middle - QPointF(4, -4), middle + QPointF(4, -4))
        for marks, colour, shape in (
            (conversation.eager_marks, theme.eager, _diamond),
            (conversation.resumed_marks, theme.warn, _triangle),
        ):
            # The ground's colour around a mark keeps it apart from the bar that it stands on.
            painter.setPen(QPen(QColor(theme.panel), 1))
            painter.setBrush(QColor(colour))
            for mark in marks:
                if mark >= since_s:
                    painter.drawPolygon(shape(x(mark), lane.top()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y()) // LANE_PX
        conns = list(self._model.conversations)
        if 0 <= row < len(conns):
            self.picked.emit(conns[row])


def _diamond(x: float, y: float) -> QPolygonF:
    return QPolygonF([QPointF(x - 4, y), QPointF(x, y - 4), QPointF(x + 4, y), QPointF(x, y + 4)])


def _triangle(x: float, y: float) -> QPolygonF:
    return QPolygonF([QPointF(x - 4, y - 3), QPointF(x + 4, y - 3), QPointF(x, y + 4)])


class LaneAxis(QWidget):
    """The seconds of the run under the lanes; it stays where it is while they are scrolled."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self.setFixedHeight(AXIS_PX)
        self.setAccessibleName("Time axis of the turns, in seconds of the run")
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font(TYPE_CAPTION_PX))
        painter.setPen(QColor(self._theme.current.muted))
        per_s = (self.width() - NAME_PX) / WINDOW_S
        for second in ticks(self._model.now_s):
            x = NAME_PX + (second - max(WINDOW_S, self._model.now_s) + WINDOW_S) * per_s
            box = QRectF(x - 30, 0, 60, AXIS_PX)
            if box.left() >= 0 and box.right() <= self.width():
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), f"{second:g} s")
        painter.end()


def ticks(now_s: float) -> list[float]:
    """The seconds that are written under the lanes."""
    end_s = max(WINDOW_S, now_s)
    first = math.ceil((end_s - WINDOW_S) / TICK_S)
    return [TICK_S * number for number in range(first, math.floor(end_s / TICK_S) + 1)]


class LaneArea(QScrollArea):
    """The lanes, scrolled where there are more than `rows_max`."""

    def __init__(self, theme: ThemeSource, model: RunModel, rows_max: int) -> None:
        super().__init__()
        self._model = model
        self._rows_max = rows_max
        self.lanes = Lanes(theme, model)
        self.setWidget(self.lanes)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.lanes.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def refresh(self) -> None:
        """Fit the height to the number of connections and paint what is new."""
        rows = max(1, min(self._rows_max, len(self._model.conversations)))
        if self.height() != rows * LANE_PX:
            self.setFixedHeight(rows * LANE_PX)
        self.lanes.refresh()


class LaneKey(QWidget):
    """Key to the colours and marks of the lanes."""

    WORDS = ("speaking", "awaiting", "ended", "eager", "resumed", "gap", "failed")
    TIP = (
        "Speaking: a turn is in progress. Awaiting: an eager end of turn was reported. Ended: the turn has ended. "
        "Eager, resumed: an early end of turn was reported, or withdrawn. Gap: audio was not transcribed because the "
        "connection was reopened. Failed: the connection ended with a problem."
    )

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self._theme = theme
        self.setToolTip(self.TIP)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font(TYPE_CAPTION_PX))
        return QSize(sum(metrics.horizontalAdvance(word) + STEP_PX for word in self.WORDS), 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TYPE_CAPTION_PX))
        theme = self._theme.current
        x = 0
        colours = (theme.ok_soft, theme.eager, theme.text, theme.eager, theme.warn, theme.warn, theme.danger)
        for word, colour in zip(self.WORDS, colours, strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            if word == "resumed":
                painter.drawPolygon(_triangle(x + 6, 8))
            elif word == "eager":
                painter.drawPolygon(_diamond(x + 6, 8))
            elif word == "gap":
                painter.drawRect(QRectF(x + 4, 2, 3, 12))
            elif word == "failed":
                painter.setPen(QPen(QColor(colour), 2.5))
                painter.drawLine(QPointF(x + 2, 4), QPointF(x + 10, 12))
                painter.drawLine(QPointF(x + 2, 12), QPointF(x + 10, 4))
            else:
                painter.drawRoundedRect(
                    QRectF(x + (4 if word == "ended" else 0), 3, 2 if word == "ended" else 10, 10), 1, 1
                )
            painter.setPen(QColor(theme.muted))
            width = painter.fontMetrics().horizontalAdvance(word)
            painter.drawText(QRectF(x + 15, 0, width + 4, 16), int(Qt.AlignmentFlag.AlignVCenter), word)
            x += width + STEP_PX
        painter.end()
