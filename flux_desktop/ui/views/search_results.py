"""Search results: the turns of all connections that contain the words searched for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.ui.models import text
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.match_delegate import MatchDelegate
from flux_desktop.ui.widgets.basics import label

HITS_MAX = 500
_PLACE = Qt.ItemDataRole.UserRole + 1


class SearchResults(QWidget):
    """The matches in the order of the connections, with the words highlighted.

    Signals:
        opened: a connection's number and the row of the turn in its transcript.
    """

    opened = Signal(int, int)

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        self._model = model
        self._seen: tuple[object, ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName("Search results")
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self._delegate = MatchDelegate(theme, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.itemActivated.connect(lambda item: self.opened.emit(*item.data(_PLACE)))
        self._count = label("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_S, 0, 0)
        layout.addWidget(self._count)
        layout.addWidget(self.list, 1)

    def refresh(self, words: str) -> None:
        """Search again if anything has changed."""
        state = (self._model.generation, self._model.revision, words)
        if state == self._seen:
            return
        self._seen = state
        self._delegate.words = words
        hits = find(self._model, words)
        chosen = self.list.currentRow()
        self.list.clear()
        for conn, row, line in hits[:HITS_MAX]:
            item = QListWidgetItem(line)
            item.setData(_PLACE, (conn, row))
            self.list.addItem(item)
        self.list.setCurrentRow(min(chosen, self.list.count() - 1))
        self._count.setText(self._summary(sum(row >= 0 for _conn, row, _line in hits), words))

    def open_first(self) -> None:
        """Open the selected match, or the first one."""
        item = self.list.currentItem() or self.list.item(0)
        if item is not None:
            self.opened.emit(*item.data(_PLACE))

    def _summary(self, hits: int, words: str) -> str:
        more = f", showing the first {HITS_MAX}" if hits > HITS_MAX else ""
        sentence = f"{amount(hits, 'turn contains', 'turns contain')} “{words}”{more}. Press Enter to open one."
        unseen = sum(not each.is_complete for each in self._model.conversations.values())
        if self._model.unread:
            waiting = amount(len(self._model.unread), "connection is", "connections are")
            sentence += f" {waiting} still being read."
        if self._model.active and unseen:
            sentence += f" {amount(unseen, 'connection')} not shown so far will be searched when the run has ended."
        return sentence


def find(model: RunModel, words: str) -> list[tuple[int, int, str]]:
    """Connection, row and text of every turn that contains the words, ignoring case.

    Where the words are the number of a connection, with or without #, it comes first, with the row -1.
    """
    wanted = words.casefold()
    number = words.removeprefix("#").strip()
    conn = int(number) if number.isascii() and number.isdigit() else 0
    itself = [(conn, -1, f"#{conn} · connection {conn}")] if conn in model.conversations else []
    return itself + [
        (conversation.conn, row, f"#{conversation.conn} · turn {card.index}{_times(card)}\n{card.text}")
        for conversation in model.conversations.values()
        for row, card in enumerate(conversation.cards)
        if card.tone != "note" and wanted in card.text.casefold()
    ]


def _times(card: Card) -> str:
    return f" · {text.span(card.start_s, card.end_s)}" if card.timed else ""
