"""The timeline of one connection as a widget: painting, zoom and scroll by wheel and keys, selection, tooltips."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.time_window import ZOOM_STEP, TimeWindow
from flux_desktop.ui.models.timeline import Timeline, TimelineTurn
from flux_desktop.ui.models.timeline_tips import tip_at
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.timeline_paint import Rows, TimelinePaint
from flux_desktop.ui.views.timeline_tiles import TILE_PX, TileCache
from flux_desktop.ui.widgets.basics import plain_tip

NAME_PX = 44
SCROLL_SHARE, WHEEL_SHARE = 0.1, 0.15
DRAG_PX = 5


class TimelineView(QWidget):
    """Shows the seconds of `window`, which other widgets may share. `advance` moves it on.

    Signals:
        play_from: a connection's number and the position in its audio, in seconds, from which it is to be played.
        turn_picked: a connection's number and the `Card` of the turn that was selected.
        moved: the window was scrolled or zoomed here, or follows again.
    """

    play_from = Signal(int, float)
    turn_picked = Signal(int, object)
    moved = Signal()

    def __init__(self, theme: ThemeSource, window: TimeWindow | None = None, name_px: int = NAME_PX) -> None:
        super().__init__()
        self.window_s = window or TimeWindow()
        self.selected: TimelineTurn | None = None
        self._theme = theme
        self._name_px = name_px
        self._rows = Rows()
        self._conn = 0
        self._timeline = Timeline()
        self._track: AudioTrack | None = None
        self._revision = 0
        self._now_s = 0.0
        self._playhead_s: float | None = None
        self._tiles = TileCache()
        self._pressed: QPointF | None = None
        self._dragged_from_s: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline of the connection")
        self.setAccessibleDescription(
            "Left and Right scroll, Plus and Minus zoom, Home and End go to the beginning and to the newest audio, "
            "Up and Down select the turn before and after, Enter plays the selected turn."
        )
        theme.changed.connect(self.update)

    # ------------------------------------------------------------ what is shown

    def show_connection(self, conversation: Conversation | None, track: AudioTrack | None) -> None:
        """Show another connection, or its levels where they have become known."""
        timeline = Timeline() if conversation is None else conversation.timeline
        if timeline is not self._timeline:
            self._conn = 0 if conversation is None else conversation.conn
            self._timeline, self.selected, self._playhead_s = timeline, None, None
            self.setAccessibleName(f"Timeline of connection {self._conn}")
            self._tiles.clear()
        self._track = track

    def set_font_scale(self, scale: float) -> None:
        """Make everything larger."""
        self._set_rows(Rows(scale, self._rows.with_confidence))

    def show_confidence(self, on: bool) -> None:
        """Show the confidence below the waveform, or leave it out."""
        self._set_rows(Rows(self._rows.scale, on))

    def _set_rows(self, rows: Rows) -> None:
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()
            self.update()

    def set_playhead(self, position_s: float | None) -> None:
        """Mark the position that is being heard, in seconds of the connection's audio; None for nothing."""
        if position_s != self._playhead_s:
            self._playhead_s = position_s
            if position_s is not None and (self._timeline.has_ended or not self.window_s.follows):
                self.window_s.show(position_s)
            self.update()

    def advance(self, sent_s: float, newest_s: float | None = None) -> None:
        """Audio has been sent up to `sent_s`; the window follows `newest_s`, None for the same. Repaints."""
        self._now_s = sent_s
        self.window_s.advance(sent_s if newest_s is None else newest_s)
        self.update()

    def select(self, turn: TimelineTurn | None) -> None:
        """Select a turn, or none; it is brought into view."""
        if turn is not self.selected:
            self.selected = turn
            self._tiles.clear()
            self.update()
        if turn is not None:
            self.window_s.show(turn.start_s)
            self.moved.emit()

    # ------------------------------------------------------------ geometry

    @property
    def px_per_s(self) -> float:
        """Scale of the time axis."""
        return max(1.0, self.width() - self._name_px) / self.window_s.span_s

    def x_of(self, position_s: float) -> float:
        """Where a position is, in pixels of the widget."""
        return self._name_px + (position_s - self.window_s.start_s) * self.px_per_s

    def position_of(self, x: float) -> float:
        """The position at a pixel of the widget."""
        return self.window_s.start_s + (x - self._name_px) / self.px_per_s

    def sizeHint(self) -> QSize:
        return QSize(400, self._rows.height)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._rows.height)

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rows, per_s, window = self._theme.current, self._rows, self.px_per_s, self.window_s
        paint = TimelinePaint(rows, theme, per_s)
        ratio = self.devicePixelRatioF()
        track_revision = None if self._track is None else self._track.revision
        self._tiles.keep_look((theme.name, rows, per_s, ratio, id(self._timeline), track_revision))
        self._tiles.drop_from((self._timeline.changed_from(self._revision) - paint.margin_s) * per_s)
        self._revision = self._timeline.revision
        painter = QPainter(self)
        painter.setClipRect(QRectF(self._name_px, 0, self.width() - self._name_px, self.height()))
        # On whole device pixels, so that what moves stays sharp.
        shift = round(window.start_s * per_s * ratio) / ratio - self._name_px
        until_s = self._now_s
        first, last = math.floor(window.start_s * per_s / TILE_PX), math.floor(window.end_s * per_s / TILE_PX)
        settled = math.floor((until_s - paint.margin_s) * per_s / TILE_PX)
        if self._timeline.has_ended:
            settled = last + 1

        def paint_part(inner: QPainter, left: float, right: float) -> None:
            from_s, to_s = left / per_s, right / per_s
            stretch = self._timeline.between(from_s - paint.margin_s, to_s + paint.margin_s)
            paint.paint(inner, from_s, to_s, stretch, self._track, until_s, self.selected)

        for number in range(first, min(last + 1, settled)):
            at = QPointF(number * TILE_PX - shift, 0)
            self._tiles.draw(painter, number, at, self.height(), ratio, paint_part)
        begin = max(first, settled) * TILE_PX
        if begin < (last + 1) * TILE_PX:
            painter.save()
            painter.translate(-shift, 0)
            painter.setClipRect(
                QRectF(begin, 0, (last + 1) * TILE_PX - begin, self.height()), Qt.ClipOperation.IntersectClip
            )
            paint_part(painter, begin, min((last + 1) * TILE_PX, window.end_s * per_s))
            painter.restore()
        self._paint_now(painter, paint, until_s)
        painter.setClipping(False)
        self._paint_frame(painter, paint)
        painter.end()

    def _paint_now(self, painter: QPainter, paint: TimelinePaint, until_s: float) -> None:
        theme, rows, scale = self._theme.current, self._rows, self._rows.scale
        bottom = rows.confidence.bottom()
        if not self._timeline.has_ended and self._timeline.origin_s is not None:
            x = self.x_of(until_s)
            painter.fillRect(
                QRectF(x - scale, rows.words.top(), 2 * scale, bottom - rows.words.top()), QColor(theme.text)
            )
            painter.setFont(paint.bold)
            painter.setPen(QColor(theme.text))
            box = QRectF(x + 6 * scale, rows.wave.top(), 60 * scale, rows.wave.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), "now")
        if self._playhead_s is not None:
            x, top, r = self.x_of(self._playhead_s), rows.ruler.bottom() - 6 * scale, 5 * scale
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.accent), 2 * scale))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
            painter.setBrush(QColor(theme.accent))
            painter.drawPolygon(QPolygonF([QPointF(x - r, top), QPointF(x + r, top), QPointF(x, top + r)]))

    def _paint_frame(self, painter: QPainter, paint: TimelinePaint) -> None:
        theme, rows = self._theme.current, self._rows
        if self._name_px:
            painter.setFont(paint.bold)
            painter.setPen(QColor(theme.text))
            name = QRectF(0, rows.wave.top(), self._name_px - 6, rows.wave.height())
            painter.drawText(name, int(Qt.AlignmentFlag.AlignVCenter), f"#{self._conn}" if self._conn else "")
            painter.setFont(paint.face)
            painter.setPen(QColor(theme.muted))
            if rows.with_confidence:
                middle = int(Qt.AlignmentFlag.AlignVCenter)
                painter.drawText(
                    QRectF(0, rows.confidence.top(), self._name_px, rows.confidence.height()), middle, "end of\nturn"
                )
        if rows.with_confidence and self._timeline.thresholds:
            self._paint_threshold_values(painter, paint)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_threshold_values(self, painter: QPainter, paint: TimelinePaint) -> None:
        row, theme = self._rows.confidence, self._theme.current
        shown = self._timeline.between(self.window_s.end_s, self.window_s.end_s).thresholds
        newest = shown[-1] if shown else self._timeline.thresholds[0]
        painter.setFont(paint.face)
        height = painter.fontMetrics().height()
        for value, colour in ((newest.end, theme.ok), (newest.eager, theme.eager)):
            if value is None:
                continue
            text = f"{value:.2f}"
            width = painter.fontMetrics().horizontalAdvance(text) + 4
            top = min(max(row.bottom() - value * row.height() - height / 2, row.top() - 2), row.bottom() - height)
            if value == newest.eager and newest.end - value < height / row.height():
                top = min(row.bottom() - newest.end * row.height() + height / 2, row.bottom() - height + 2)
            box = QRectF(self.width() - width - 2, top, width, height)
            painter.fillRect(box, QColor(theme.raised))
            painter.setPen(QColor(colour))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    # ------------------------------------------------------------ input

    def zoom(self, steps: float, at_s: float | None = None) -> None:
        """Show fewer seconds (positive) or more."""
        self.window_s.zoom(ZOOM_STEP**steps, at_s)
        self._move()

    def _scroll(self, by_s: float) -> None:
        self.window_s.scroll(by_s)
        self._move()

    def _move(self) -> None:
        self.update()
        self.moved.emit()

    def _pick(self, at: QPointF) -> None:
        """Select the turn at a place and ask for it to be played from there: a word from its beginning."""
        position_s = self.position_of(at.x())
        turn = self._timeline.turn_at(position_s)
        if turn is not self.selected:
            self.selected = turn
            self._tiles.clear()
            self.update()
        if turn is not None:
            self.turn_picked.emit(self._conn, turn.card)
            if self._rows.words.top() <= at.y() <= self._rows.words.bottom():
                word = turn.word_at(position_s)
                position_s = turn.start_s if word is None else word.start_s
        if 0 <= position_s <= self.window_s.newest_s:
            self.play_from.emit(self._conn, position_s)

    def step_turn(self, by: int) -> None:
        """Select the turn before (-1) or after (1) the selected one."""
        turns = list(self._timeline.turns)
        if turns:
            place = turns.index(self.selected) + by if self.selected in turns else len(turns) - 1
            turn = turns[min(max(0, place), len(turns) - 1)]
            self.select(turn)
            self.turn_picked.emit(self._conn, turn.card)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        steps = (delta.y() or delta.x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(steps, self.position_of(event.position().x()))
        else:
            self._scroll(-steps * WHEEL_SHARE * self.window_s.span_s)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged_from_s = event.position(), None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        moved = event.position().x() - self._pressed.x()
        if self._dragged_from_s is None and abs(moved) > DRAG_PX:
            self._dragged_from_s = self.window_s.start_s
        if self._dragged_from_s is not None:
            self._scroll(self._dragged_from_s - moved / self.px_per_s - self.window_s.start_s)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and self._dragged_from_s is None:
            self._pick(event.position())
        self._pressed = self._dragged_from_s = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        span_s = self.window_s.span_s
        match event.key():
            case Qt.Key.Key_Left:
                self._scroll(-SCROLL_SHARE * span_s)
            case Qt.Key.Key_Right:
                self._scroll(SCROLL_SHARE * span_s)
            case Qt.Key.Key_PageUp:
                self._scroll(-0.9 * span_s)
            case Qt.Key.Key_PageDown:
                self._scroll(0.9 * span_s)
            case Qt.Key.Key_Home:
                self._scroll(-self.window_s.start_s)
            case Qt.Key.Key_End:
                self.window_s.follow()
                self._move()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1)
            case Qt.Key.Key_Minus:
                self.zoom(-1)
            case Qt.Key.Key_Up:
                self.step_turn(-1)
            case Qt.Key.Key_Down:
                self.step_turn(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.selected is not None:
                self.play_from.emit(self._conn, self.selected.start_s)
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(self.tip_at(QPointF(event.pos()))), self)
            return True
        return super().event(event)

    def tip_at(self, at: QPointF) -> str:
        """What is to be known of a place."""
        position_s, within_s = self.position_of(at.x()), 6 / self.px_per_s
        return tip_at(self._timeline, self._track, position_s, within_s, in_words=at.y() < self._rows.wave.top())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
