"""What is being said: a tab per connection, and what to do first while there is none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from flux_desktop.engine.events import StreamState
from flux_desktop.ui import text
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.run_model import TABS_MAX, RunModel
from flux_desktop.ui.theme import SPACE_M, SPACE_S, Theme, ThemeSource
from flux_desktop.ui.widgets.basics import ElidedLabel, button, label, pill, set_role
from flux_desktop.ui.widgets.turn_list import TurnList

STATE_TONES = {"Ready": "quiet", "Speaking": "ok", "AwaitingEnd": "eager"}


class ConversationView(QWidget):
    """One connection: its state, its figures, its turns."""

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
        self.copy_button = button("Copy", self.turns.copy_selection, kind="link", tip="Copy the transcript (Ctrl+C)")
        head.addWidget(self.state)
        head.addWidget(self.facts, 1)
        head.addWidget(self.copy_button)
        layout.addLayout(head)
        layout.addWidget(self.turns, 1)
        self._waiting = label("", "muted", wrap=True)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._waiting, 1)

    def refresh(self) -> None:
        """Show what has come."""
        talk = self.conversation
        row = talk.row
        if row is not None:
            self.turns.set_marks(0.7 if row.eot_threshold is None else row.eot_threshold, row.eager_eot_threshold)
        self.turns.refresh()
        self.state.setText(state_words(talk))
        set_role(self.state, state_tone(talk), "pill")
        self.facts.setText(_facts(talk))
        empty = not talk.cards
        self.turns.setVisible(not empty)
        self._waiting.setVisible(empty)
        if empty:
            self._waiting.setText(_waiting_words(talk))


class TranscriptPanel(QWidget):
    """The tabs, up to `TABS_MAX`; only the one in front is repainted.

    Signals:
        shown: the number of the connection in front.
        start_clicked: the big button of the empty state.
    """

    shown = Signal(int)
    start_clicked = Signal()

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._generation = -1
        self._views: dict[int, ConversationView] = {}
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        layout.setSpacing(0)
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName("Connections")
        self.tabs.currentChanged.connect(self._changed)
        self.stack = QStackedWidget()
        layout.addWidget(self.tabs)
        layout.addWidget(self.stack, 1)
        self.empty = self._empty_state()
        self.stack.addWidget(self.empty)
        self.tabs.hide()
        theme.changed.connect(self._restyle)

    def _empty_state(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(SPACE_M)
        column.addStretch(2)
        title = label("Nothing has been said yet", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint = label("", "muted", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(title)
        column.addWidget(self._hint)
        line = QHBoxLayout()
        line.addStretch()
        self.start_button = button("Start", self.start_clicked.emit, kind="go")
        line.addWidget(self.start_button)
        line.addStretch()
        column.addLayout(line)
        column.addStretch(3)
        return page

    def set_ready(self, sound_chosen: bool) -> None:
        """Say on the empty page what to do first."""
        if sound_chosen:
            words, name = "All is set: the recording is chosen. Press Start.", "Start"
        else:
            words = (
                "Choose an endpoint and a recording on the left, then press Start.\n"
                "Or try it at once: the built-in endpoint and the sample need no account."
            )
            name = "Try it with the sample"
        self._hint.setText(words)
        self.start_button.setText(name)
        self.start_button.setAccessibleName(name)

    def refresh(self) -> None:
        """Show the run's connections; repaints the tab in front only."""
        if self._generation != self._model.generation:
            self._generation = self._model.generation
            self._rebuild()
        view = self.stack.currentWidget()
        if isinstance(view, ConversationView):
            view.refresh()

    def refresh_icons(self) -> None:
        """Bring the tabs' state marks up to date."""
        for position in range(self.tabs.count()):
            talk = self._model.conversation(self.tabs.tabData(position))
            words = state_words(talk)
            if self.tabs.tabToolTip(position) != words:
                self.tabs.setTabToolTip(position, words)
                self.tabs.setTabIcon(position, _state_icon(talk, self._theme.current))

    def current(self) -> int | None:
        """Number of the connection in front, or None."""
        view = self.stack.currentWidget()
        return view.conversation.conn if isinstance(view, ConversationView) else None

    def show_connection(self, conn: int) -> None:
        """Bring a connection to the front; opens its tab where it has none."""
        self._view(conn)
        for position in range(self.tabs.count()):
            if self.tabs.tabData(position) == conn:
                self.tabs.setCurrentIndex(position)

    def views(self) -> list[ConversationView]:
        """The tabs' contents, in order."""
        return list(self._views.values())

    def _rebuild(self) -> None:
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for view in self._views.values():
            self.stack.removeWidget(view)
            view.deleteLater()
        self._views = {}
        self.tabs.blockSignals(False)
        for conn in list(self._model.conversations)[:TABS_MAX]:
            self._view(conn)
        self.tabs.setVisible(bool(self._views))
        self._changed(self.tabs.currentIndex())
        self.refresh_icons()

    def _view(self, conn: int) -> ConversationView:
        if conn not in self._views:
            view = ConversationView(self._theme, self._model.conversation(conn))
            self._views[conn] = view
            self.stack.addWidget(view)
            self.tabs.setTabData(self.tabs.addTab(f"#{conn}"), conn)
        return self._views[conn]

    def _changed(self, position: int) -> None:
        conn = self.tabs.tabData(position) if position >= 0 else None
        view = self._views.get(conn) if conn is not None else None
        self.stack.setCurrentWidget(self.empty if view is None else view)
        if view is not None:
            view.refresh()
            self.shown.emit(view.conversation.conn)

    def _restyle(self) -> None:
        for position in range(self.tabs.count()):
            self.tabs.setTabToolTip(position, "")
        self.refresh_icons()


def state_words(talk: Conversation) -> str:
    """The state of a connection, in words."""
    if talk.stream_state is StreamState.STREAMING:
        return text.TURN_STATE_WORDS.get(talk.turn_state, talk.turn_state)
    if talk.summary is not None:
        return str(talk.summary.ledger)
    return text.STATE_WORDS[talk.stream_state]


def state_tone(talk: Conversation) -> str:
    """The pill's tone for that state."""
    if talk.stream_state is StreamState.STREAMING:
        return STATE_TONES.get(talk.turn_state, "quiet")
    if talk.summary is not None:
        return "ok" if talk.summary.ledger in text.GOOD_CLASSES else "danger"
    return "quiet"


def _facts(talk: Conversation) -> str:
    parts = []
    if talk.open_card is not None:
        parts.append(f"turn {talk.open_card.index}")
    row = talk.row
    if row is not None and row.update_latency_ms is not None:
        parts.append(f"update {text.milliseconds(row.update_latency_ms)}")
    if talk.last_end_latency_ms is not None:
        parts.append(f"end of turn {text.milliseconds(talk.last_end_latency_ms)}")
    if talk.request_id:
        parts.append(f"request {talk.request_id[:8]}")
    return " · ".join(parts)


def _waiting_words(talk: Conversation) -> str:
    if talk.summary is not None:
        problem = talk.summary.problem
        return "No words came over this connection." if problem is None else problem.sentence()
    if talk.stream_state is StreamState.STREAMING:
        return "Streaming; the first words come as soon as someone speaks."
    return "Connecting to the endpoint…"


def _state_icon(talk: Conversation, theme: Theme) -> QIcon:
    """A mark that differs in shape as well as in colour: ring, disc, half, cross."""
    tone = state_tone(talk)
    colour = QColor({"ok": theme.ok, "eager": theme.eager, "danger": theme.danger}.get(tone, theme.muted))
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
