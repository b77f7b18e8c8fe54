"""The presenter view: one connection, large enough to be read from five metres."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flux_desktop.ui.models import text
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.playback import AudioLevel
from flux_desktop.ui.panels.conversation_view import state_tone, state_words
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_STAGE_PX, Theme, font
from flux_desktop.ui.views.confidence_meter import paint_confidence, thresholds
from flux_desktop.ui.views.level_meter import LOW_DBFS, paint_bar

_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_FOOT_PX = 28
FOOT_PX = 108
"""The confidence with its thresholds: a line of words above the bar and one below."""
IDLE_READY = "Ready. Press Ctrl+R to start, or Esc to go back."
IDLE_NOT_READY = "Nothing is selected to stream. Press Esc to go back and select a recording or a microphone."
_SIZES_PX = (76, 68, 60, 52, 44, 38)


class Presenter(QWidget):
    """Paints the state, the live text, earlier turns, the latency, the end-of-turn confidence and the level."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        self._model = state.run
        self.level = AudioLevel(state)
        self._conn: int | None = None
        self._shown: tuple[int, int] = (-1, -1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Presenter view")
        theme.changed.connect(self.update)

    def set_front(self, conn: int | None) -> None:
        """Select the connection to show."""
        if conn is not None:
            self._conn = conn
            self._shown = (-1, -1)

    def refresh(self) -> None:
        """Paint what is new."""
        state = (self._model.generation, self._model.revision)
        if state != self._shown:
            self._shown = state
            conversation = self._conversation()
            if conversation is not None:
                newest = _newest(conversation)
                self.setAccessibleName(f"{state_words(conversation)}: {'' if newest is None else newest.text}")
            self.update()

    def _conversation(self) -> Conversation | None:
        if not self._model.conversations:
            return None
        conn = self._conn if self._conn in self._model.conversations else next(iter(self._model.conversations))
        return self._model.conversations[conn]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme.current
        painter.fillRect(self.rect(), QColor(theme.window))
        margin = max(40, self.width() // 20)
        area = QRectF(self.rect()).adjusted(margin, margin * 0.7, -margin, -margin * 0.6)
        conversation = self._conversation()
        if conversation is None:
            painter.setPen(QColor(theme.muted))
            painter.setFont(font(TYPE_STAGE_PX))
            words = IDLE_READY if self._state.has_audio else IDLE_NOT_READY
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)
        else:
            self._paint_head(painter, conversation, QRectF(area.left(), area.top(), area.width(), 60), theme)
            foot = QRectF(area.left(), area.bottom() - FOOT_PX, area.width(), FOOT_PX)
            self._paint_words(painter, conversation, area.adjusted(0, 96, 0, -FOOT_PX - 20), theme)
            self._paint_foot(painter, conversation, foot, theme)
        painter.end()

    def _paint_head(self, painter: QPainter, conversation: Conversation, area: QRectF, theme: Theme) -> None:
        tone = state_tone(conversation)
        colours = {"ok": theme.ok, "eager": theme.eager, "danger": theme.danger}
        face = font(32, bold=True)
        painter.setFont(face)
        words = state_words(conversation)
        width = QFontMetrics(face).horizontalAdvance(words) + 56
        box = QRectF(area.left(), area.top(), width, 56)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.get(tone, theme.raised)))
        painter.drawRoundedRect(box, 28, 28)
        painter.setPen(QColor(theme.on_fill if tone in colours else theme.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
        shot = self._model.snapshot
        taken = 0
        if shot is not None and shot.update.p95_ms is not None:
            figure = f"update p95 {text.milliseconds(shot.update.p95_ms)}"
            painter.setPen(QColor(theme.text))
            painter.setFont(face)
            taken = painter.fontMetrics().horizontalAdvance(figure) + 28
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), figure)
        painter.setPen(QColor(theme.muted))
        painter.setFont(font(28))
        left = area.adjusted(width + 28, 0, -taken, 0)
        plan = self._model.plan
        endpoint = "" if plan is None else f"{plan.endpoint}{' (not Flux)' if plan.is_local else ''}  ·  "
        source = next(
            (
                words
                for words in (f"{endpoint}connection {conversation.conn}", f"#{conversation.conn}")
                if painter.fontMetrics().horizontalAdvance(words) <= left.width()
            ),
            "",
        )
        painter.drawText(left, int(Qt.AlignmentFlag.AlignVCenter), source)

    def _paint_words(self, painter: QPainter, conversation: Conversation, area: QRectF, theme: Theme) -> None:
        newest = _newest(conversation)
        if newest is None:
            painter.setPen(QColor(theme.muted))
            painter.setFont(font(TYPE_STAGE_PX))
            painter.drawText(area, _WRAP, "Listening…")
            return
        size_px, height = _fit(newest.text, area)
        before = [card for card in conversation.cards[-20:] if card.tone == "final" and card is not newest][-3:]
        painter.setFont(font(30))
        earlier: list[tuple[str, float]] = []
        room = area.height() - height - 36
        for card in reversed(before):
            needed = painter.boundingRect(area, _WRAP, card.text).height()
            if needed + 18 > room:
                break
            room -= needed + 18
            earlier.insert(0, (card.text, needed))
        # In the order of the conversation: the newest turn stands below the earlier ones.
        painter.setPen(QColor(theme.muted))
        y = area.top()
        for words, needed in earlier:
            painter.drawText(QRectF(area.left(), y, area.width(), needed), _WRAP, words)
            y += needed + 18
        y += 18 if earlier else 0
        painter.setPen(QColor(theme.text))
        painter.setFont(font(size_px, bold=True))
        painter.drawText(QRectF(area.left(), y, area.width(), height), _WRAP, newest.text)

    def _paint_foot(self, painter: QPainter, conversation: Conversation, area: QRectF, theme: Theme) -> None:
        level = self.level.now()
        share = 0.62 if level is not None else 1.0
        self._paint_end(
            painter, conversation, QRectF(area.left(), area.top(), area.width() * share, area.height()), theme
        )
        if level is not None:
            left = area.left() + area.width() * (share + 0.05)
            self._paint_level(painter, level, QRectF(left, area.top(), area.right() - left, area.height()), theme)

    def _paint_level(self, painter: QPainter, level: tuple[float, float], area: QRectF, theme: Theme) -> None:
        painter.setFont(font(_FOOT_PX))
        painter.setPen(QColor(theme.muted))
        words = "level: silent" if level[1] <= LOW_DBFS else f"level {level[1]:.0f} dBFS"
        painter.drawText(QRectF(area.left(), area.top(), area.width(), 36), int(Qt.AlignmentFlag.AlignLeft), words)
        paint_bar(painter, QRectF(area.left(), area.top() + 42, area.width(), 24), level, theme)

    def _paint_end(self, painter: QPainter, conversation: Conversation, area: QRectF, theme: Theme) -> None:
        groove = QRectF(area.left(), area.top() + 46, area.width(), 16)
        in_force = conversation.parameters.in_force
        end, *eager = marks = thresholds(in_force.eot_threshold_in_force, in_force.eager_eot_threshold, theme)
        paint_confidence(painter, groove, conversation.eot_confidence, marks, theme)
        painter.setFont(font(_FOOT_PX))
        painter.setPen(QColor(theme.muted))
        caption = f"end of turn {text.percent(conversation.eot_confidence)}"
        painter.drawText(QRectF(area.left(), area.top(), area.width(), 36), int(Qt.AlignmentFlag.AlignLeft), caption)
        painter.setPen(QColor(end.colour))
        width, taken = (painter.fontMetrics().horizontalAdvance(each) for each in (end.label, caption))
        # Centred on the mark, but neither over the caption nor outside.
        left = min(max(end.x(groove) - width / 2, area.left() + taken + 24), area.right() - width)
        if left >= area.left() + taken + 12:
            painter.drawText(QRectF(left, area.top(), width + 2, 36), int(Qt.AlignmentFlag.AlignLeft), end.label)
        for mark in eager:
            painter.setPen(QColor(mark.colour))
            box = QRectF(max(area.left(), mark.x(groove) - 150), groove.bottom() + 10, 300, 36)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), mark.label)


def _newest(conversation: Conversation) -> Card | None:
    return next((card for card in reversed(conversation.cards) if card.tone != "note" and card.text), None)


def _fit(words: str, area: QRectF) -> tuple[int, float]:
    """The largest type in which the words take at most three fifths of the height, and the height they take."""
    height = 0.0
    for size_px in _SIZES_PX:
        metrics = QFontMetrics(font(size_px, bold=True))
        height = float(metrics.boundingRect(area.toRect(), _WRAP, words).height())
        if height <= area.height() * 0.6:
            return size_px, height
    return _SIZES_PX[-1], min(height, area.height())
