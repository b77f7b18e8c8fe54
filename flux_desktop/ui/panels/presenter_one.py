"""One conversation in the presenter: state, timeline, words, confidence, wait and level; and its subtitles."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.ui.models.app_state import READING, AppState
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.playback import AudioLevel
from flux_desktop.ui.models.presenter.answer import DEFINITION, PEOPLE_SOURCE, answer
from flux_desktop.ui.models.presenter.lines import InterimWords
from flux_desktop.ui.models.presenter.loudness import level_dbfs
from flux_desktop.ui.models.time_window import FollowedClock, TimeWindow
from flux_desktop.ui.panels.conversation_view import state_tone, state_words
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX
from flux_desktop.ui.views.presenter.figures import (
    AnswerPart,
    Confidence,
    ConfidencePart,
    LevelPart,
    StatePart,
    StateWords,
    TextPart,
)
from flux_desktop.ui.views.presenter.part import SMALL_PX, unit_of
from flux_desktop.ui.views.presenter.words import LiveWords, SubtitlesPart, WordsPart
from flux_desktop.ui.views.timeline import TimelineView

IDLE_READY = "Ready. Press Ctrl+R to start, or Esc to go back."
GO_BACK = "Press Esc to go back."
IDLE_NOT_READY = "Nothing is selected to stream. Press Esc to go back and select a recording or a microphone."
WAITING, CONNECTING, LISTENING = "Waiting to connect…", "Connecting…", "Listening…"
NO_TEXT = "No text was received on this connection."
RIBBON_S = 12.0
"""Seconds of audio in view."""
RIBBON_SCALE = SMALL_PX / TYPE_CAPTION_PX
"""Of the timeline's type, whose smallest is that of captions."""
BEFORE = 2


class Words:
    """The words of a connection, and which of them may still change."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._interim = InterimWords()

    def of(self, conversation: Conversation | None) -> LiveWords:
        """What is to be shown of a connection; without one, what to do."""
        if conversation is None:
            return LiveWords(hint=self._idle())
        cards = [card for card in conversation.cards[-12:] if card.tone != "note" and card.text]
        if not cards:
            state, over = conversation.connection_state, conversation.run_over
            not_yet = WAITING if state is ConnectionState.WAITING else CONNECTING
            return LiveWords(hint=LISTENING if state is ConnectionState.STREAMING else NO_TEXT if over else not_yet)
        newest = cards[-1]
        turn = self._state.run.generation, conversation.conn, newest.serial
        settled, interim = self._interim.take(turn, newest.revision, newest.text, final=newest.tone == "final")
        before = tuple(card.text for card in cards[:-1] if card.tone == "final")[-BEFORE:]
        return LiveWords(settled, interim, before)

    def _idle(self) -> str:
        if self._state.reading:
            return READING.format(name=self._state.reading)
        if failure := self._state.newest_failure():
            return f"{failure} {GO_BACK}"
        return IDLE_READY if self._state.has_audio else IDLE_NOT_READY


class OneConversation(QWidget):
    """Each part stands at a fixed place, so that nothing moves when text grows."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self._state = state
        self._words = Words(state)
        self.tracks: Callable[[int], AudioTrack | None] = lambda _conn: None
        """Gives the levels of a connection's audio; set by the window."""
        self.played: Callable[[int], float | None] = lambda _conn: None
        """Where a session that is played stands in a connection's audio; set by the window."""
        self._conversation: Conversation | None = None
        self._clock, self._generation = FollowedClock(), -1
        self.level = AudioLevel(state, self._playing)
        self._shown: tuple[int, int, int | None] = (-1, -1, None)
        self.state = StatePart(theme, self)
        self.title = TextPart(theme, self)
        self.ribbon = TimelineView(theme, TimeWindow(RIBBON_S), name_px=0)
        self.ribbon.setParent(self)
        self.ribbon.backdrop = "window"
        self.ribbon.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ribbon.show_confidence(False)
        self.words = WordsPart(theme, self)
        self.confidence = ConfidencePart(theme, self)
        self.answer = AnswerPart(theme, self)
        self.answer.setToolTip(f"{DEFINITION}\n{PEOPLE_SOURCE}")
        self.meter = LevelPart(theme, self)
        self.parts = (self.state, self.title, self.words, self.confidence, self.answer, self.meter)

    def refresh(self, conversation: Conversation | None) -> None:
        """Show what is new; each part is painted only if it has changed."""
        self._conversation = conversation
        level = self.level.now()
        self.meter.show_content((None if level is None else (round(level[0]), round(level[1])),))
        run = self._state.run
        shown = run.generation, run.revision, None if conversation is None else conversation.conn
        if shown == self._shown and conversation is not None:
            return
        self._shown = shown
        if not run.active:
            self.animate()
        words = self._words.of(conversation)
        self.words.show_content(words)
        for part in (self.state, self.confidence, self.answer, self.ribbon):
            part.setVisible(conversation is not None)
        if conversation is None:
            self.title.show_content(("", False))
            self.setAccessibleDescription(words.hint)
            return
        in_force = conversation.parameters.in_force
        self.state.show_content(StateWords(state_words(conversation), state_tone(conversation)))
        clip = f" · {conversation.clip}" if conversation.clip else ""
        self.title.show_content((f"Connection {conversation.conn}{clip}", False))
        self.confidence.show_content(
            Confidence(conversation.eot_confidence, in_force.eot_threshold_in_force, in_force.eager_eot_threshold)
        )
        self.answer.show_content(answer(conversation, run))
        visible_text = f"{words.settled} {words.interim}".strip() or words.hint
        self.setAccessibleDescription(f"Connection {conversation.conn}, {state_words(conversation)}: {visible_text}")

    def animate(self) -> None:
        """Move the timeline to the present."""
        run, conversation = self._state.run, self._conversation
        if conversation is None:
            return
        if run.generation != self._generation:
            self._generation = run.generation
            self._clock.reset()
            self.ribbon.window_s.follow()
        now_t = self._clock.now(run.now_s, time.monotonic(), moves=run.active)
        timeline = conversation.timeline
        moves = run.active and not timeline.has_ended
        sent_s = max(0.0, timeline.position_at(now_t)) if moves else timeline.last_s
        self.ribbon.show_connection(conversation, self.tracks(conversation.conn))
        self.ribbon.advance(sent_s)
        # A replay moves the timeline itself.
        self.ribbon.set_playhead(None if run.active else self.played(conversation.conn))

    def _playing(self) -> float | None:
        plan, conversation = self._state.run.plan, self._conversation
        if (
            plan is None
            or not isinstance(plan.source, DataSetSource)
            or conversation is None
            or conversation.row is None
        ):
            return None
        return level_dbfs(self.tracks(conversation.conn), conversation.row.position_s)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        unit = unit_of(self.parentWidget())
        wide, high, gap = self.width(), self.height(), round(24 * unit)
        for part in self.parts:
            part.set_unit(unit)
        head, foot = round(58 * unit), round(126 * unit)
        pill = round(330 * unit)
        self.state.setGeometry(0, 0, pill, head)
        self.title.setGeometry(pill + gap, 0, wide - pill - gap, head)
        bottom = QRect(0, high - foot, wide, foot)
        column = wide // 12
        self.confidence.setGeometry(bottom.adjusted(0, 0, -7 * column - 2 * gap, 0))
        self.answer.setGeometry(bottom.adjusted(5 * column, 0, -2 * column - gap, 0))
        self.meter.setGeometry(bottom.adjusted(10 * column + gap, 0, 0, 0))
        self.ribbon.set_font_scale(RIBBON_SCALE * unit)
        ribbon = self.ribbon.sizeHint().height()
        self.ribbon.setGeometry(0, head + gap // 2, wide, ribbon)
        top = head + gap // 2 + ribbon + gap
        self.words.setGeometry(0, top, wide, high - top - foot - gap)


class Subtitles(QWidget):
    """The words alone, on two lines."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self._words = Words(state)
        self.part = SubtitlesPart(theme, self)

    def refresh(self, conversation: Conversation | None) -> None:
        """Show what is new."""
        words = self._words.of(conversation)
        self.part.show_content(words)
        self.setAccessibleDescription(f"{words.settled} {words.interim}".strip() or words.hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.part.set_unit(unit_of(self.parentWidget()))
        self.part.setGeometry(self.rect())
