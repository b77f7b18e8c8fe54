"""Transcripts: the overview, a tab for each connection, search results, or what to do first."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.run_model import TABS_MAX, RunModel
from flux_desktop.ui.panels.conversation_view import ConversationView, state_icon, state_words
from flux_desktop.ui.panels.empty_state import EmptyState
from flux_desktop.ui.panels.timeline_panel import TimelinePanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S
from flux_desktop.ui.views.overview_table import OverviewTable
from flux_desktop.ui.views.search_results import SearchResults
from flux_desktop.ui.widgets.basics import button, plain_tip
from flux_desktop.ui.widgets.closable_tabs import ClosableTabs
from flux_desktop.ui.widgets.search_field import SearchField

OVERVIEW = 0
"""Tab data of the overview, in place of a connection's number."""


TIMELINE_FROM_PX = 300
"""Height from which the timeline is shown."""
CLIP_NAME_PX = 52
_TAB_WITH_CLIP_PX = 130


class TranscriptPanel(QWidget):
    """The tabs, up to `TABS_MAX`; only the one in front is repainted.

    Signals:
        shown: the number of the connection in front.
        start_clicked: the big button of the empty state.
        all_wanted: words are searched for, but not all connections of a past run have been read.
        export_wanted: a connection's number and a format of `exporting.FORMATS`.
    """

    export_wanted = Signal(int, str)

    shown = Signal(int)
    start_clicked = Signal()
    all_wanted = Signal()

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
        self.tabs = ClosableTabs()
        self.tabs.setAccessibleName("Connections")
        self.tabs.currentChanged.connect(self._changed)
        self.tabs.close_wanted.connect(self._close_tabs)
        # Beside the tabs, so that it stays where it is while they are scrolled.
        self.overview_button = button(
            "Overview", lambda: self.tabs.setCurrentIndex(0), kind="tab", tip="All connections as a table (Ctrl+0)"
        )
        self.overview_button.setCheckable(True)
        self.stack = QStackedWidget()
        self.search = SearchField(
            "Search text or #connection",
            "Search transcripts",
            "Search all transcripts, or find a connection by its number, such as #17 (Ctrl+F). "
            "Enter opens the first match, Esc clears.",
        )
        self.search.setMinimumWidth(100)
        self.search.setMaximumWidth(176)
        self.search.textChanged.connect(lambda _words: self._changed(self.tabs.currentIndex()))
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self.overview_button)
        top.addWidget(self.tabs, 1)
        top.addWidget(self.search, 1)
        layout.addLayout(top)
        layout.addWidget(self.stack, 1)
        self.empty = EmptyState()
        self.empty.start_clicked.connect(self.start_clicked)
        self.stack.addWidget(self.empty)
        self.overview = OverviewTable(theme, model)
        self.overview.opened.connect(self.show_connection)
        self.stack.addWidget(self.overview)
        self.results = SearchResults(theme, model)
        self.results.opened.connect(self._open_hit)
        self.search.returnPressed.connect(self.results.open_first)
        self.stack.addWidget(self.results)
        self.timeline = TimelinePanel(theme, model)
        self.timeline.lanes.picked.connect(self.show_connection)
        self.timeline.view.turn_picked.connect(self.show_turn)
        self.shown.connect(self.timeline.set_front)
        layout.addWidget(self.timeline)
        self._of_a_run = (self.overview_button, self.tabs, self.search)
        for widget in (*self._of_a_run, self.timeline):
            widget.hide()
        theme.changed.connect(self._restyle)

    def refresh(self) -> None:
        """Show the run's connections; repaints the tab in front only."""
        if self._generation != self._model.generation:
            self._generation = self._model.generation
            self._rebuild()
        view = self.stack.currentWidget()
        if isinstance(view, ConversationView):
            view.refresh()
        if self.tabs.count():
            self.timeline.refresh()

    def refresh_icons(self) -> None:
        """Bring the tabs' state marks and the table up to date."""
        if self.stack.currentWidget() is self.overview:
            self.overview.refresh()
        elif self.stack.currentWidget() is self.results:
            self.results.refresh(self.search.text().strip())
        for position in range(1, self.tabs.count()):
            conversation = self._model.conversation(self.tabs.tabData(position))
            words = " · ".join(filter(None, (state_words(conversation), conversation.clip)))
            if self.tabs.tabText(position) != (name := self._tab_name(conversation)):
                self.tabs.setTabText(position, name)
            if self.tabs.tabToolTip(position) != words:
                self.tabs.setTabToolTip(position, plain_tip(words))
                self.tabs.setTabIcon(position, state_icon(conversation, self._theme.current))

    def current(self) -> int | None:
        """Number of the connection in front, or None."""
        view = self.current_view()
        return None if view is None else view.conversation.conn

    def current_view(self) -> ConversationView | None:
        """The connection in front as it is shown, or None."""
        view = self.stack.currentWidget()
        return view if isinstance(view, ConversationView) else None

    def step(self, by: int) -> None:
        """Go to the next tab (1) or the previous one (-1), around the ends."""
        if self.tabs.count():
            self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def selected(self) -> list[int]:
        """The selected connections: rows of the overview, or the one in front."""
        if self.stack.currentWidget() is self.overview:
            return self.overview.selected()
        front = self.current()
        return [] if front is None else [front]

    def show_connection(self, conn: int) -> None:
        """Bring a connection to the front; opens a tab for it if there is none."""
        self._view(conn)
        if (position := self.tabs.position_of(conn)) is not None:
            self.tabs.setCurrentIndex(position)

    def show_turn(self, conn: int, card: Card) -> None:
        """Select a turn of a connection in its transcript, and scroll to it."""
        self.show_connection(conn)
        self._views[conn].refresh()
        self._views[conn].turns.show_card(card)

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
        if self._model.conversations:
            self.tabs.setTabData(self.tabs.addTab("Overview"), OVERVIEW)
        for conn in list(self._model.conversations)[:TABS_MAX]:
            self._view(conn)
        if self.tabs.count():
            self.tabs.setTabVisible(OVERVIEW, False)
        self.tabs.setCurrentIndex(1 if len(self._model.conversations) <= TABS_MAX else OVERVIEW)
        self.tabs.blockSignals(False)
        for widget in self._of_a_run:
            widget.setVisible(bool(self._views))
        self._fit_timeline()
        self._changed(self.tabs.currentIndex())
        self.refresh_icons()

    def _view(self, conn: int) -> ConversationView:
        if conn not in self._views:
            view = ConversationView(self._theme, self._model.conversation(conn))
            self._views[conn] = view
            view.export_wanted.connect(partial(self.export_wanted.emit, conn))
            self.stack.addWidget(view)
            for before, after in pairwise([self.search, *view.stops()]):
                QWidget.setTabOrder(before, after)
            self.tabs.setTabData(self.tabs.addTab(f"#{conn}"), conn)
        return self._views[conn]

    def close_tab(self, conn: int) -> None:
        """Close a connection's tab; the overview and the search open it again. The run is not affected."""
        view = self._views.pop(conn, None)
        position = self.tabs.position_of(conn)
        if view is not None and position is not None:
            self.tabs.removeTab(position)
            self.stack.removeWidget(view)
            view.deleteLater()
            if self.tabs.count() == 1:  # the overview is hidden, so that Qt chooses no tab by itself
                self.tabs.setCurrentIndex(OVERVIEW)
                self._changed(OVERVIEW)

    def close_current(self) -> None:
        """Close the tab in front."""
        if (conn := self.current()) is not None:
            self.close_tab(conn)

    def _close_tabs(self, numbers: list[int]) -> None:
        for conn in numbers:
            self.close_tab(conn)

    def _tab_name(self, conversation: Conversation) -> str:
        """The number, with the clip of a data set where there is room for those of all tabs."""
        if self.tabs.count() * _TAB_WITH_CLIP_PX > self.width() - self.search.width():
            return f"#{conversation.conn}"
        clip = self.tabs.fontMetrics().elidedText(conversation.clip, Qt.TextElideMode.ElideLeft, CLIP_NAME_PX)
        return f"#{conversation.conn}" + (f" {clip.replace('&', '&&')}" if clip else "")

    def _open_hit(self, conn: int, row: int) -> None:
        self.search.clear()
        self.show_connection(conn)
        if row < 0:  # the connection itself was found
            return
        self._views[conn].refresh()
        turns = self._views[conn].turns
        turns.setCurrentIndex(turns.turns.index(row))
        turns.setFocus()

    def _changed(self, position: int) -> None:
        words = self.search.text().strip()
        self.overview_button.setChecked(position == OVERVIEW)
        if words and self.tabs.count():
            self.stack.setCurrentWidget(self.results)
            self.results.refresh(words)
            if self._model.unread:
                self.all_wanted.emit()
            return
        conn = self.tabs.tabData(position) if position >= 0 else None
        view = self._views.get(conn) if conn is not None else None
        self.stack.setCurrentWidget(view or (self.overview if conn == OVERVIEW else self.empty))
        if conn == OVERVIEW:
            self.overview.refresh()
        if view is not None:
            view.refresh()
            self.shown.emit(view.conversation.conn)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_timeline()

    def _fit_timeline(self) -> None:
        """Give up the timeline where the text has too little height, as under a long message."""
        self.timeline.set_room(self.height())
        self.timeline.setVisible(self.tabs.count() > 0 and self.height() >= TIMELINE_FROM_PX)

    def _restyle(self) -> None:
        for position in range(1, self.tabs.count()):
            self.tabs.setTabToolTip(position, "")
        self.refresh_icons()
