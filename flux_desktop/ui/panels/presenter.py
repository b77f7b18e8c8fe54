"""The presenter view: one conversation, subtitles, tiles or two arms, large enough to be read from five metres."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.presenter.answer import source_words
from flux_desktop.ui.models.presenter.counters import counters
from flux_desktop.ui.models.presenter.keys import View, ViewChoice
from flux_desktop.ui.models.presenter.loudness import ClipShapes
from flux_desktop.ui.models.presenter.playhead import PairPlayer
from flux_desktop.ui.models.presenter.recorded import RecordedPair
from flux_desktop.ui.panels.presenter_one import OneConversation, Subtitles
from flux_desktop.ui.panels.presenter_split import SplitPanel
from flux_desktop.ui.panels.presenter_tiles import TilesPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.presenter.figures import RECORDING_PX, CountersPart, RecordingPart, TextPart
from flux_desktop.ui.views.presenter.keys_overlay import KeysOverlay
from flux_desktop.ui.views.presenter.part import unit_of

MARGIN_PX, FOOT_PX = 56, 44
SEEK_S = 2.0
FRAME_MS = 16
"""Between two frames while something moves."""
SLOW_S = 0.25
"""Between two looks at what changes slowly."""
_ARROWS = {Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
_LETTERS = {Qt.Key.Key_S: "S", Qt.Key.Key_T: "T", Qt.Key.Key_A: "A", Qt.Key.Key_C: "C", Qt.Key.Key_Question: "?"}


class Presenter(QWidget):
    """Shows one of its views, and takes the keys of `models.presenter.keys`.

    Signals:
        picked: a connection was chosen by its number or its tile.
        comparison_wanted: A and B are to be shown; a recorded comparison may be given with `set_pairs`.
        left: the presenter view is to be left.
    """

    picked = Signal(int)
    comparison_wanted = Signal()
    left = Signal()

    def __init__(self, theme: ThemeSource, state: AppState, motion: Callable[[], bool] = lambda: True) -> None:
        super().__init__()
        self._theme, self._state = theme, state
        self.choice = ViewChoice()
        self.shapes = ClipShapes()
        self.one = OneConversation(theme, state)
        self.subtitles = Subtitles(theme, state)
        self.tiles = TilesPanel(theme, state, motion)
        self.split = SplitPanel(theme, state, self.shapes)
        self.counters = CountersPart(theme, self)
        self.source = TextPart(theme, self)
        self.recording = RecordingPart(theme, self)
        self.keys_hint = TextPart(theme, self, right=True)
        self.keys_hint.show_content(("? keys", False))
        self.keys = KeysOverlay(theme, self)
        self.selected: Callable[[], Sequence[int]] = list
        """The connections that are selected in the window, for A and B."""
        self.playing: Callable[[], bool] = lambda: False
        """Whether a session is being played, which moves the playhead of the timeline."""
        self.player: PairPlayer | None = None
        self._views: dict[View, QWidget] = {
            View.MAIN: self.one,
            View.SUBTITLES: self.subtitles,
            View.TILES: self.tiles,
            View.SPLIT: self.split,
        }
        for view in self._views.values():
            view.setParent(self)
        self._conn: int | None = None
        self._slow_at_s = 0.0
        self.level = self.one.level
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._animate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Presenter view")
        self.keys.raise_()
        self.tiles.view.opened.connect(self._open)
        theme.changed.connect(self.update)
        self._show_view()

    def set_tracks(self, tracks: Callable[[int], AudioTrack | None]) -> None:
        """Take the levels of the connections' audio from there."""
        self.one.tracks = self.tiles.tracks = self.split.tracks = tracks

    def set_front(self, conn: int | None) -> None:
        """Select the connection to show."""
        if conn is not None:
            self._conn = conn
            self.refresh()

    def set_pairs(self, pairs: Sequence[RecordedPair]) -> None:
        """Play a recorded comparison in A and B; without pairs, show two connections of the run."""
        self.player = PairPlayer(pairs) if pairs else None
        self.refresh()

    def show_view(self, view: View) -> None:
        """Show this view."""
        if self.choice.view is not view:
            self.choice.view = view
            self._show_view()

    def refresh(self) -> None:
        """Show what is new in the view that is shown."""
        conversation, now_s = self._conversation(), time.monotonic()
        if self.choice.view is View.SPLIT:
            self.split.refresh(self.player, list(self.selected()))
        elif self.choice.view is View.TILES:
            self.tiles.refresh()
        elif self.choice.view is View.SUBTITLES:
            self.subtitles.refresh(conversation)
        else:
            self.one.refresh(conversation)
        self._pace()
        if now_s - self._slow_at_s >= SLOW_S or self.source.content is None:
            self._slow_at_s = now_s
            self._refresh_slowly(conversation)

    @property
    def animating(self) -> bool:
        """Whether frames are painted one after another."""
        return self._timer.isActive()

    def _pace(self) -> None:
        """Frames are painted only while the view that is shown moves."""
        view, player = self.choice.view, self.clip
        playing = player is not None and not player.paused
        live = self._state.run.active and view in {View.MAIN, View.SPLIT}
        moves = self.isVisible() and (playing or live or (view is View.MAIN and self.playing()))
        if moves != self._timer.isActive():
            (self._timer.start if moves else self._timer.stop)()

    def _animate(self) -> None:
        if self.choice.view is View.MAIN:
            self.one.animate()
        else:
            self.split.refresh(self.player, list(self.selected()))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _refresh_slowly(self, conversation: Conversation | None) -> None:
        run = self._state.run
        shown = self.choice.counters_shown and self.choice.view is not View.SUBTITLES and self.clip is None
        self.counters.setVisible(shown)
        if shown:
            self.counters.show_content(counters(run, self._state.prices))
        self.recording.show_content(run.records_microphone)
        self._place()
        listening = self._state.listening
        silent = "no sound" if listening.problem is not None else "muted" if listening.muted else ""
        self.keys_hint.show_content((silent or "? keys", False))
        words = self.split.source_words(self.player) if self.choice.view is View.SPLIT else ""
        self.source.show_content((words or source_words(conversation, run), False))
        name = f"Presenter view, {self.choice.view}. {self._views[self.choice.view].accessibleDescription()}"
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def _conversation(self) -> Conversation | None:
        conversations = self._state.run.conversations
        if not conversations:
            return None
        return conversations[self._conn if self._conn in conversations else next(iter(conversations))]

    def _show_view(self) -> None:
        for view, widget in self._views.items():
            widget.setVisible(view is self.choice.view)
        self.keys.setVisible(self.choice.keys_shown)
        self._slow_at_s = 0.0
        if self.choice.view is View.SPLIT:
            self.comparison_wanted.emit()
        self._place()
        self.refresh()

    def _open(self, conn: int) -> None:
        """Show one conversation."""
        self.choice.enlarge()
        self._conn = conn
        self.picked.emit(conn)
        self._show_view()

    def step_back(self) -> None:
        """One step back, or leave."""
        if self.choice.back():
            self._show_view()
        else:
            self.left.emit()

    @property
    def clip(self) -> PairPlayer | None:
        """The recorded comparison, if it is shown: then keys move its playhead."""
        return self.player if self.choice.view is View.SPLIT else None

    def _pause(self) -> None:
        if (clip := self.clip) is None:
            self._act("pause")
        else:
            clip.toggle(time.monotonic())
            self._moved()

    def _seek(self, by_s: float) -> None:
        if (clip := self.clip) is None:
            self._act("seek", by_s)
        else:
            clip.seek(by_s, time.monotonic())
            self._moved()

    def _step(self, by: int) -> None:
        if (clip := self.clip) is None:
            self._act("turn", by)
        else:
            clip.step(by, time.monotonic())
            self._moved()

    def _moved(self) -> None:
        """The playhead was moved: what is heard follows."""
        self.refresh()
        self._state.changed()

    def _act(self, name: str, *values: float) -> None:
        """Do what another part of the window offers under that name, if any does."""
        if (act := self._state.actions.get(name)) is not None:
            act(*values)

    def _move(self, way: str) -> None:
        if self.choice.view is View.TILES:
            self.tiles.view.step(way)
        elif way in {"left", "right"}:
            self._seek(SEEK_S if way == "right" else -SEEK_S)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        number = key - Qt.Key.Key_0
        acts: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Space: self._pause,
            Qt.Key.Key_M: partial(self._act, "mute"),
            Qt.Key.Key_Escape: self.step_back,
            Qt.Key.Key_BracketLeft: partial(self._step, -1),
            Qt.Key.Key_BracketRight: partial(self._step, 1),
            Qt.Key.Key_Return: self.tiles.view.enter,
            Qt.Key.Key_Enter: self.tiles.view.enter,
        }
        if not plain:
            super().keyPressEvent(event)
        elif key in _LETTERS:
            self.choice.press(_LETTERS[key])
            self._show_view()
        elif 1 <= number <= 9 and number in self._state.run.conversations:
            self._open(number)
        elif key in _ARROWS:
            self._move(_ARROWS[key])
        elif key in acts:
            acts[key]()
        else:
            super().keyPressEvent(event)

    def _place(self) -> None:
        unit = unit_of(self)
        margin, foot = round(MARGIN_PX * unit), round(FOOT_PX * unit)
        inner = self.rect().adjusted(margin, margin // 2, -margin, -margin // 3)
        line = QRect(inner.left(), inner.bottom() - foot + 1, inner.width(), foot)
        for part in (self.counters, self.source, self.recording, self.keys_hint, self.keys):
            part.set_unit(unit)
        hint = round(170 * unit)
        mark = round(RECORDING_PX * unit) if self.recording.content else 0
        self.recording.setGeometry(QRect(line.left(), line.top(), mark, foot))
        counted = 0 if self.counters.isHidden() else min(line.width() // 2, self.counters.needed_px)
        self.source.setGeometry(line.adjusted(mark, 0, -hint - counted - 1, 0))
        self.counters.setGeometry(line.adjusted(line.width() - hint - counted, 0, -hint, 0))
        self.keys_hint.setGeometry(QRect(line.right() - hint + 1, line.top(), hint, foot))
        view = self._views[self.choice.view]
        view.setGeometry(inner.adjusted(0, 0, 0, -foot - round(10 * unit)))
        self.keys.place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.current.window))
        painter.end()
