"""The other connections of a run below the timeline: one lane each, coloured by turn state, with its marks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.time_window import TimeWindow
from flux_desktop.ui.models.timeline_facts import MarkKind
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font
from flux_desktop.ui.views.timeline_shapes import paint_head, paint_line

LANE_PX, BAR_PX = 14, 8
SHAPES = {MarkKind.EAGER, MarkKind.RESUMED, MarkKind.FAILED}
LINES = {MarkKind.END, MarkKind.TIMEOUT}
SHAPE_SCALE = 0.7


class Lanes(QWidget):
    """Paints the connections but one, at the same times as the timeline above; only rows in view are painted.

    Signals:
        picked: the number of the connection whose lane was clicked.
        wheel_turned: the wheel with Ctrl or Shift, or sideways, which concerns the time: its event.
    """

    picked = Signal(int)
    wheel_turned = Signal(object)

    def __init__(self, theme: ThemeSource, model: RunModel, window: TimeWindow, name_px: int) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._window = window
        self._name_px = name_px
        self._front: int | None = None
        self._place = -1
        self._conns: list[int] = []
        self._origin_s = self._now_s = 0.0
        self._px_per_s = 1.0
        self.setAccessibleName("The other connections, one lane each")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def rows(self) -> int:
        """How many lanes there are."""
        return len(self._conns) - (self._place >= 0)

    @property
    def in_view(self) -> list[int]:
        """The connections whose lanes can be seen."""
        seen = self.visibleRegion().boundingRect()
        rows = range(seen.top() // LANE_PX, seen.bottom() // LANE_PX + 1)
        return [conn for row in rows if (conn := self.conn_at(row * LANE_PX)) is not None]

    def set_connections(self, front: int | None) -> None:
        """Take the run's connections; `front` is in the timeline above and has no lane."""
        if front != self._front or len(self._conns) != len(self._model.conversations):
            self._front, self._conns = front, list(self._model.conversations)
            self._place = self._conns.index(front) if front in self._model.conversations else -1
            self.updateGeometry()

    def advance(self, origin_s: float, now_s: float, px_per_s: float) -> None:
        """`origin_s` is where the timeline's audio begins on the run's clock, `now_s` the present there. Repaints."""
        self._origin_s, self._now_s, self._px_per_s = origin_s, now_s, px_per_s
        self.update()

    def conn_at(self, y: float) -> int | None:
        """The connection whose lane is there."""
        row = int(y // LANE_PX)
        if not 0 <= row < self.rows:
            return None
        return self._conns[row if self._place < 0 or row < self._place else row + 1]

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, self.rows) * LANE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme.current
        painter.setFont(font(TYPE_CAPTION_PX))
        per_s = self._px_per_s
        begin_s = self._origin_s + self._window.start_s

        def x(t: float) -> float:
            return self._name_px + (t - begin_s) * per_s

        for row in range(event.rect().top() // LANE_PX, event.rect().bottom() // LANE_PX + 1):
            conn = self.conn_at(row * LANE_PX)
            if conn is None:
                break
            painter.setPen(QColor(theme.muted))
            painter.drawText(
                QRectF(0, row * LANE_PX, self._name_px - 6, LANE_PX), int(Qt.AlignmentFlag.AlignVCenter), f"#{conn}"
            )
            lane = QRectF(self._name_px, row * LANE_PX + (LANE_PX - BAR_PX) / 2, self.width() - self._name_px, BAR_PX)
            painter.fillRect(lane, QColor(theme.raised))
            # Another run may have begun since the connections were taken: its own are taken before the next beat.
            # What is known of one whose messages have not been read is a state now and then, which is no lane.
            if (conversation := self._model.conversations.get(conn)) and conn not in self._model.unread:
                self._paint_lane(painter, conversation, lane, x, theme)
        painter.end()

    def _paint_lane(
        self, painter: QPainter, conversation: Conversation, lane: QRectF, x: Callable[[float], float], theme: Theme
    ) -> None:
        begin_s = self._origin_s + self._window.start_s
        until_s = begin_s + self._window.span_s
        timeline = conversation.timeline
        previous = ""
        speaking, awaiting = QColor(theme.ok_soft), QColor(theme.eager)
        painter.save()
        painter.setClipRect(lane.adjusted(0, -3, 0, 3))
        for span in timeline.lane_between(begin_s, until_s):
            before, previous = previous, span.state
            left, right = x(span.start_s), x(self._now_s if span.end_s is None else span.end_s)
            if span.state == "Ready":
                if before:
                    painter.fillRect(QRectF(left - 1, lane.top() - 2, 2, lane.height() + 4), QColor(theme.text))
                continue
            # An eager end can be over in a twentieth of a second: it is still to be seen.
            width = max(right - left, 3.0 if span.state == "AwaitingEnd" else 1.0)
            colour = awaiting if span.state == "AwaitingEnd" else speaking
            painter.fillRect(QRectF(left, lane.top(), width, lane.height()), colour)
        if timeline.origin_s is not None and timeline.marks:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            from_s = begin_s - timeline.origin_s
            for mark in timeline.marks_between(from_s, from_s + self._window.span_s):
                at = x(timeline.origin_s + mark.at_s)
                if mark.kind is MarkKind.GAP:
                    right = at if mark.until_s is None else x(timeline.origin_s + mark.until_s)
                    gap = QRectF(at, lane.top() - 2, max(3.0, right - at), lane.height() + 4)
                    painter.fillRect(gap, QColor(theme.warn))
                elif mark.kind in LINES:
                    paint_line(painter, mark.kind, at, lane.adjusted(0, -2, 0, 2), theme, SHAPE_SCALE)
                elif mark.kind in SHAPES:
                    paint_head(painter, mark.kind, at, lane.top(), theme, SHAPE_SCALE)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        conn = self.conn_at(event.position().y())
        if conn is not None:
            self.picked.emit(conn)

    def wheelEvent(self, event: QWheelEvent) -> None:
        sideways = abs(event.angleDelta().x()) > abs(event.angleDelta().y())
        if sideways or event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self.wheel_turned.emit(event)
            event.accept()
        else:
            super().wheelEvent(event)


class LaneArea(QScrollArea):
    """The lanes, scrolled where there are more than `rows_max`."""

    def __init__(self, lanes: Lanes, rows_max: int) -> None:
        super().__init__()
        self._rows_max = rows_max
        self.lanes = lanes
        self.setWidget(lanes)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.lanes.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def fit(self) -> None:
        """Take the height of the lanes, up to the limit; none where there is none."""
        rows = min(self._rows_max, self.lanes.rows)
        self.setVisible(rows > 0)
        if rows and self.height() != rows * LANE_PX:
            self.setFixedHeight(rows * LANE_PX)
