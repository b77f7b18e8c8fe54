"""A transcript as a list that Qt can scroll, select and read out: the model over a conversation's cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from flux_desktop.ui.models import text
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.card_list import CardList
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.turn_card import TurnCardDelegate
from flux_desktop.ui.widgets.basics import copy_text

CARD_ROLE = Qt.ItemDataRole.UserRole + 1
AnyIndex = QModelIndex | QPersistentModelIndex
NEWEST = 32
"""Cards that may still change, and more: those before stay as they are."""


def card_sentence(card: Card) -> str:
    """A card in words, for screen readers and for copying."""
    if card.tone == "note":
        return card.text
    state = f"final, {text.percent(card.confidence)}" if card.tone == "final" else "listening"
    times = f"{text.span(card.start_s, card.end_s)}, " if card.timed else ""
    return f"Turn {card.index}, {times}{state}: {card.text}"


def _mark(card: Card) -> tuple[int, int]:
    """Tells a card from every other, and from itself as it was before."""
    return card.serial, card.revision


class TurnListModel(QAbstractListModel):
    """Shows a conversation's cards; `refresh` takes over what has changed since the last call."""

    def __init__(self, conversation: Conversation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.conversation = conversation
        self._count = 0
        self._cards = conversation.cards
        self._newest: list[Card] = []
        self._marks: list[tuple[int, int]] = []
        self._seen = -1

    def refresh(self) -> bool:
        """Tell the view what is new; returns whether anything was."""
        conversation = self.conversation
        if conversation.revision == self._seen:
            return False
        self._seen = conversation.revision
        cards = conversation.cards
        known, marks = self._count, self._marks
        if len(cards) < known or cards is not self._cards:
            self._cards = cards
            self.beginResetModel()
            self._take(cards)
            self.endResetModel()
            return True
        if len(cards) > known:
            self.beginInsertRows(QModelIndex(), known, len(cards) - 1)
            self._take(cards)
            self.endInsertRows()
        else:
            self._take(cards)
        changed = [row for row, mark in enumerate(marks, known - len(marks)) if mark != _mark(cards[row])]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
        return bool(changed) or len(cards) > known

    def _take(self, cards: CardList) -> None:
        self._count = len(cards)
        self._newest = cards[-NEWEST:]
        self._marks = [_mark(card) for card in self._newest]

    def card(self, row: int) -> Card:
        """The card of a row; of the newest ones as at the last `refresh`, for rows may be taken away since."""
        at = row - (self._count - len(self._newest))
        return self._newest[at] if at >= 0 else self.conversation.cards[row]

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self._count:
            return None
        card = self.card(index.row())
        if role == CARD_ROLE:
            return card
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return card_sentence(card)
        return None


END_PX = 40
"""A list that is scrolled to its end up to this stays there."""


class TurnList(QListView):
    """The transcript of one connection. Stays at the newest turn unless the user has scrolled up."""

    def __init__(self, theme: ThemeSource, conversation: Conversation) -> None:
        super().__init__()
        self.setAccessibleName(f"Transcript of connection {conversation.conn}")
        self.turns = TurnListModel(conversation, self)
        self.cards = TurnCardDelegate(theme, self)
        self.setModel(self.turns)
        self.setItemDelegate(self.cards)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.verticalScrollBar().setSingleStep(24)
        self._cards_laid_out = conversation.cards
        theme.changed.connect(self._restyle)

    def set_marks(self, eot_threshold: float, eager_threshold: float | None) -> None:
        """The thresholds in force, drawn as marks on the open card."""
        self.cards.set_marks(eot_threshold, eager_threshold)

    def refresh(self) -> None:
        """Show what has come; called by the window's clock for the visible tab only."""
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - END_PX
        cards = self.turns.conversation.cards
        if not self.turns.refresh():
            return
        if cards is not self._cards_laid_out:
            self._cards_laid_out = cards
            self.cards.forget()
        if self.cards.heights_changed(self.turns.conversation.cards):
            self.scheduleDelayedItemsLayout()
            if at_end:
                self.executeDelayedItemsLayout()
        self.viewport().update()
        if at_end:
            self.scrollToBottom()

    def dataChanged(self, first: AnyIndex, last: AnyIndex, roles: Sequence[int] = ()) -> None:
        # The list's own would ask for the height of every card at every word; `refresh` knows when that is needed.
        QAbstractItemView.dataChanged(self, first, last, roles)

    def show_card(self, card: Card) -> None:
        """Select a card and scroll to it, if it is in the list."""
        row = self.turns.conversation.cards.row_of(card.serial)
        if row is not None and row < self.turns.rowCount():
            index = self.turns.index(row)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def copy_selection(self) -> None:
        """Put the selected turns' texts (or all of them) on the clipboard."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        cards = self.turns.conversation.cards
        chosen = [cards[row].text for row in rows if row < len(cards)] or self.turns.conversation.transcript()
        copy_text("\n".join(chosen))

    def _restyle(self) -> None:
        self.cards.forget()
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - END_PX
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.cards.forget()
        self.scheduleDelayedItemsLayout()
        if at_end:
            self.executeDelayedItemsLayout()
            self.scrollToBottom()
