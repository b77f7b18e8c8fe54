"""Where a word was said: the turns of all connections that hold it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from flux_desktop.ui.models import text
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import label

HITS_MAX = 500
_PLACE = Qt.ItemDataRole.UserRole + 1


class SearchResults(QWidget):
    """The hits, in the order of the connections.

    Signals:
        opened: a connection's number and the row of the turn in its transcript.
    """

    opened = Signal(int, int)

    def __init__(self, model: RunModel) -> None:
        super().__init__()
        self._model = model
        self._seen: tuple[object, ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName("Turns found")
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.itemActivated.connect(lambda item: self.opened.emit(*item.data(_PLACE)))
        self._count = label("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_S, 0, 0)
        layout.addWidget(self._count)
        layout.addWidget(self.list, 1)

    def refresh(self, words: str) -> None:
        """Look anew where anything has changed."""
        state = (self._model.generation, self._model.revision, words)
        if state == self._seen:
            return
        self._seen = state
        hits = find(self._model, words)
        chosen = self.list.currentRow()
        self.list.clear()
        for conn, row, line in hits[:HITS_MAX]:
            item = QListWidgetItem(line)
            item.setData(_PLACE, (conn, row))
            self.list.addItem(item)
        self.list.setCurrentRow(min(chosen, self.list.count() - 1))
        more = f", the first {HITS_MAX} are shown" if len(hits) > HITS_MAX else ""
        self._count.setText(f"{text.count(len(hits), 'turn')} with “{words}”{more}. Enter opens one.")


def find(model: RunModel, words: str) -> list[tuple[int, int, str]]:
    """Connection, row and a line of text of every turn that holds the words, whatever their case."""
    wanted = words.casefold()
    return [
        (talk.conn, row, f"#{talk.conn} · turn {card.index} · {text.span(card.start_s, card.end_s)}\n{card.text}")
        for talk in model.conversations.values()
        for row, card in enumerate(talk.cards)
        if card.tone != "note" and wanted in card.text.casefold()
    ]
