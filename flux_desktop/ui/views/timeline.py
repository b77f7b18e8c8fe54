"""The timeline of one connection as a widget: zoom and scroll by wheel and keys, selection, tooltips."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from flux_desktop.ui.models.time_window import ZOOM_STEP, TimeWindow
from flux_desktop.ui.models.timeline_facts import TimelineTurn
from flux_desktop.ui.models.timeline_tips import tip_at
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.timeline_canvas import NAME_PX, TimelineCanvas
from flux_desktop.ui.widgets.basics import plain_tip

SCROLL_SHARE, WHEEL_SHARE = 0.1, 0.15
DRAG_PX = 5


class TimelineView(TimelineCanvas):
    """Lets the user move in the timeline, select turns and ask for them to be played.

    Signals:
        play_from: a connection's number and the position in its audio, in seconds, from which it is to be played.
        turn_picked: a connection's number and the `Card` of the turn that was selected.
    """

    play_from = Signal(int, float)
    turn_picked = Signal(int, object)

    def __init__(self, theme: ThemeSource, window: TimeWindow | None = None, name_px: int = NAME_PX) -> None:
        super().__init__(theme, window, name_px)
        self._pressed: QPointF | None = None
        self._dragged_from_s: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(
            "Left and Right scroll, Plus and Minus zoom, Home and End go to the beginning and to the newest audio, "
            "Up and Down select the turn before and after, Enter plays the selected turn."
        )

    def select(self, turn: TimelineTurn | None) -> None:
        """Select a turn, or none; it is brought into view."""
        if turn is not self.selected:
            self.selected = turn
            self._tiles.clear()
            self.update()
        if turn is not None:
            self.window_s.show(turn.start_s)
            self.moved.emit()

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
        turns = self._timeline.turns
        if turns:
            place = len(turns) - 1 if self.selected is None else self.selected.number + by
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
