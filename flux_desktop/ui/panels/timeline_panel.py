"""The timeline of a run: heading and key, the connection in front with its waveform, and the others as lanes."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.time_window import FollowedClock, TimeWindow
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S, SPACE_XS
from flux_desktop.ui.views.lanes import LaneArea, Lanes
from flux_desktop.ui.views.timeline import TimelineView
from flux_desktop.ui.views.timeline_canvas import NAME_PX
from flux_desktop.ui.views.timeline_key import TimelineKey
from flux_desktop.ui.widgets.basics import button, label

LANES_MAX = 6
KEY_BESIDE_FROM_PX = 640
SMOOTH_UP_TO = 50
"""Connections up to which a frame is painted every `SMOOTH_MS`; with more the window has more else to do."""
SMOOTH_MS, COARSE_MS = 16, 30
ROOMY_FROM_PX = 420
"""Height of the surroundings from which confidence and lanes are shown."""


class TimelinePanel(QWidget):
    """Moves by a timer of its own while a run is in progress and the panel is visible; else it paints what changes.

    `tracks` gives the levels of a connection's audio; set by the window.

    Signals:
        looked_at: the number of a connection in view whose messages have not been read.
    """

    looked_at = Signal(int)

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        self.tracks: Callable[[int], AudioTrack | None] = lambda _conn: None
        self._model = model
        self._front: int | None = None
        self._is_roomy = True
        self._generation = -1
        self._asked: set[int] = set()
        self._shown: tuple[object, ...] = ()
        self._clock = FollowedClock()
        self.frames = 0
        """Frames that were asked for so far."""
        window = TimeWindow()
        self.view = TimelineView(theme, window)
        self.lanes = Lanes(theme, model, window, NAME_PX)
        self.area = LaneArea(self.lanes, LANES_MAX)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.frame)
        self.follow_button = button(
            "Follow",
            self._follow,
            kind="link",
            tip="Keep the newest audio in view (End, while the timeline has the focus)",
        )
        self.follow_button.setCheckable(True)
        self.out_button = button("−", lambda: self.view.zoom(-1), kind="link", tip="Show more seconds (−)")  # noqa: RUF001
        self.in_button = button("+", lambda: self.view.zoom(1), kind="link", tip="Show fewer seconds (+)")
        self.out_button.setAccessibleName("Zoom out")
        self.in_button.setAccessibleName("Zoom in")
        self.span = label("", "muted")
        self.span.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.span.setFixedWidth(64)
        self.span.setToolTip("Seconds of audio shown. Ctrl with the mouse wheel zooms; the wheel alone scrolls.")
        head = QHBoxLayout()
        head.setContentsMargins(0, SPACE_XS, 0, 0)
        head.setSpacing(SPACE_S)
        head.addWidget(label("Timeline", "strong"))
        self.keys = TimelineKey(theme), TimelineKey(theme)
        """Beside the heading, and below it where it has too little room there."""
        head.addWidget(self.keys[0], 1)
        head.addStretch()
        for widget in (self.follow_button, self.out_button, self.span, self.in_button):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.keys[1])
        column.addWidget(self.view)
        column.addWidget(self.area)
        self.view.moved.connect(self._moved)
        self.lanes.wheel_turned.connect(self._lane_wheel)
        self.area.verticalScrollBar().valueChanged.connect(self._ask)
        self._show_span()

    def set_front(self, conn: int) -> None:
        """Show this connection above the others."""
        self._front = conn
        self._shown = ()
        self.refresh()

    def set_room(self, height_px: int) -> None:
        """Leave out what the surroundings have no height for."""
        roomy = height_px >= ROOMY_FROM_PX
        self.view.show_confidence(roomy)
        self.area.setVisible(roomy and self.lanes.rows > 0)
        self._is_roomy = roomy

    def refresh(self) -> None:
        """Take over what is new; called about ten times a second."""
        model = self._model
        if model.generation != self._generation:
            self._generation = model.generation
            self._clock.reset()
            self._asked.clear()
            self.view.window_s.start_s = 0.0
            self.view.window_s.follow()
        if self._front not in model.conversations:
            self._front = next(iter(model.conversations), None)
        self.lanes.set_connections(self._front)
        if self._is_roomy:
            self.area.fit()
        moves = model.active and self.isVisible()
        interval_ms = SMOOTH_MS if len(model.conversations) <= SMOOTH_UP_TO else COARSE_MS
        if not moves:
            self._timer.stop()
            state = (model.generation, model.revision, self._front, self._track_state())
            if state != self._shown:
                self._shown = state
                self.frame()
        elif not self._timer.isActive() or self._timer.interval() != interval_ms:
            self._shown = ()
            self._timer.start(interval_ms)
        self._ask()

    def _ask(self) -> None:
        """Ask for what is seen and not yet known, once."""
        if not self._model.unread or not self.isVisible():
            return
        for conn in (self._front, *self.lanes.in_view):
            if conn in self._model.unread and conn not in self._asked:
                self._asked.add(conn)
                self.looked_at.emit(conn)

    def frame(self) -> None:
        """Paint the present."""
        model, front = self._model, self._front
        if front is None or front not in model.conversations:
            return
        self.frames += 1
        conversation = model.conversations[front]
        timeline = conversation.timeline
        now_t = self._clock.now(model.now_s, time.monotonic(), moves=model.active)
        self.view.show_connection(conversation, self.tracks(front))
        if timeline.has_ended or not model.active:
            sent_s = timeline.last_s
            newest_s = max(sent_s, timeline.position_at(now_t)) if model.active else sent_s
        else:
            sent_s = newest_s = max(0.0, timeline.position_at(now_t))
        self.view.advance(sent_s, newest_s)
        self.lanes.advance(timeline.origin_s or 0.0, now_t, self.view.px_per_s)

    def _track_state(self) -> object:
        track = (
            None if self._front is None or self._front not in self._model.conversations else self.tracks(self._front)
        )
        return None if track is None else (id(track), track.revision)

    def _follow(self) -> None:
        self.view.window_s.follow(self.follow_button.isChecked())
        self._moved()

    def _moved(self) -> None:
        self._show_span()
        self.frame()

    def _show_span(self) -> None:
        window = self.view.window_s
        self.follow_button.setChecked(window.follows)
        self.span.setText(f"{window.span_s:.3g} s" if window.span_s < 100 else f"{window.span_s / 60:.3g} min")

    def _lane_wheel(self, event: QWheelEvent) -> None:
        self.view.wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= KEY_BESIDE_FROM_PX
        self.keys[0].setVisible(is_wide)
        self.keys[1].setVisible(not is_wide)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 0)  # its surroundings hide it where it has no room, and must be able to shrink until then

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown = ()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
