"""One connection in front: its state, its figures, its turns."""

from __future__ import annotations

from functools import lru_cache, partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.ui.models import text
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.services.exporting import FORMATS
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S, Theme
from flux_desktop.ui.views.raw_view import RawView
from flux_desktop.ui.views.turn_list import TurnList
from flux_desktop.ui.widgets.basics import ElidedLabel, button, label, pill, set_role

STATE_TONES = {"Ready": "quiet", "Speaking": "ok", "AwaitingEnd": "eager"}


class ConversationView(QWidget):
    """One connection: its state, its figures, its turns or its raw messages.

    Signals:
        export_wanted: a format of `exporting.FORMATS` in which the transcript is to be saved.
    """

    export_wanted = Signal(str)

    def __init__(self, theme: ThemeSource, conversation: Conversation) -> None:
        super().__init__()
        self.conversation = conversation
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_S, 0, 0)
        layout.setSpacing(SPACE_S)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        self.state = pill("Waiting")
        self.facts = ElidedLabel("muted")
        self.turns = TurnList(theme, conversation)
        self.raw = RawView(conversation)
        self.raw.hide()
        self.copy_button = button("Copy", self.turns.copy_selection, kind="link", tip="Copy the transcript (Ctrl+C)")
        self.export_button = button("Export", self._export_menu, kind="link", tip="Save the transcript as a file")
        self.raw_button = button("Raw", self.toggle_raw, kind="link", tip="Show all messages (Ctrl+Shift+R)")
        self.raw_button.setCheckable(True)
        head.addWidget(self.state)
        head.addWidget(self.facts, 1)
        for widget in (self.copy_button, self.export_button, self.raw_button):
            head.addWidget(widget)
        layout.addLayout(head)
        layout.addWidget(self.turns, 1)
        layout.addWidget(self.raw, 1)
        self._waiting = label("", "muted", wrap=True)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._waiting, 1)

    def stops(self) -> list[QWidget]:
        """What the keyboard reaches, in order."""
        return [self.copy_button, self.export_button, self.raw_button, self.turns, self.raw.filter, self.raw.lines]

    def toggle_raw(self) -> None:
        """Change between the turns and the raw messages; the button shows which."""
        self.refresh()

    def _export_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for suffix, words in FORMATS.items():
            menu.addAction(f"{words} (.{suffix})…", partial(self.export_wanted.emit, suffix))
        menu.popup(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft()))

    def refresh(self) -> None:
        """Show what is new."""
        conversation = self.conversation
        in_force = conversation.parameters.in_force
        self.turns.set_marks(in_force.eot_threshold_in_force, in_force.eager_eot_threshold)
        self.turns.refresh()
        self.state.setText(state_words(conversation))
        set_role(self.state, state_tone(conversation), "pill")
        self.facts.setText(_facts(conversation))
        raw = self.raw_button.isChecked()
        empty = not conversation.cards and not raw
        self.turns.setVisible(not empty and not raw)
        self.raw.setVisible(raw)
        self._waiting.setVisible(empty)
        if raw:
            self.raw.refresh()
        if empty:
            self._waiting.setText(_waiting_words(conversation))


def state_words(conversation: Conversation) -> str:
    """State of a connection as shown to the user."""
    if conversation.connection_state is ConnectionState.STREAMING:
        return text.TURN_STATE_WORDS.get(conversation.turn_state, conversation.turn_state)
    if conversation.summary is not None:
        return str(conversation.summary.ledger)
    if conversation.run_over:
        return conversation.absence.state
    return text.STATE_WORDS[conversation.connection_state]


def state_tone(conversation: Conversation) -> str:
    """The pill's tone for that state."""
    if conversation.connection_state is ConnectionState.STREAMING:
        return STATE_TONES.get(conversation.turn_state, "quiet")
    if conversation.summary is not None:
        return "ok" if conversation.summary.ledger in text.GOOD_CLASSES else "danger"
    return "quiet"


def _facts(conversation: Conversation) -> str:
    parts = []
    if conversation.open_card is not None:
        parts.append(f"turn {conversation.open_card.index}")
    row = conversation.row
    if row is not None and row.update_latency_ms is not None:
        parts.append(f"update {text.milliseconds(row.update_latency_ms)}")
    if conversation.last_end_ms is not None:
        parts.append(f"end of turn {text.milliseconds(conversation.last_end_ms)}")
    if row is not None and row.reconnects:
        parts.append(amount(row.reconnects, "gap"))
    if conversation.transcript_from:
        parts.append(f"text from {' and '.join(conversation.transcript_from)}, not Flux")
    if conversation.request_id:
        parts.append(f"request {conversation.request_id[:8]}")
    return " · ".join(parts)


def _waiting_words(conversation: Conversation) -> str:
    if conversation.summary is not None:
        problem = conversation.summary.problem
        return "No text was received on this connection." if problem is None else problem.sentence()
    if conversation.run_over:
        return conversation.absence
    if conversation.connection_state is ConnectionState.STREAMING:
        return "Streaming. Text appears as soon as someone speaks."
    if conversation.connection_state is ConnectionState.RECONNECTING:
        return "Connection lost. Reconnecting…"
    if conversation.connection_state is ConnectionState.WAITING:
        return "Waiting to connect…"
    return "Connecting to the endpoint…"


def state_icon(conversation: Conversation, theme: Theme) -> QIcon:
    """A mark that differs in shape as well as in colour: ring, disc, half, cross."""
    tone = state_tone(conversation)
    return _mark(tone, {"ok": theme.ok, "eager": theme.eager, "danger": theme.danger}.get(tone, theme.muted))


@lru_cache(maxsize=32)
def _mark(tone: str, colour_name: str) -> QIcon:
    """Drawn once each: Qt keeps every icon that it has ever painted, up to 10 MB of them."""
    colour = QColor(colour_name)
    picture = QPixmap(24, 24)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = painter.pen()
    pen.setColor(colour)
    pen.setWidthF(1.8)
    painter.setPen(pen)
    if tone == "danger":
        painter.drawLine(3, 3, 9, 9)
        painter.drawLine(9, 3, 3, 9)
    else:
        painter.drawEllipse(2, 2, 8, 8)
        painter.setBrush(colour)
        if tone == "ok":
            painter.drawEllipse(2, 2, 8, 8)
        elif tone == "eager":
            painter.drawPie(2, 2, 8, 8, 90 * 16, 180 * 16)
    painter.end()
    return QIcon(picture)
