"""The cards of one conversation: the newest as objects, the older ones in a side file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import overload

from flux_desktop.base.side_store import SideFile, StoredList
from flux_desktop.ui.models.card import Card

NEWEST_KEPT = 64
"""Cards that may still be changed, moved or removed."""


class CardList(Sequence[Card]):
    """Cards in order, each with its `serial` number in the list.

    Only the newest `NEWEST_KEPT` are the objects that were added. An older card is decoded at every look, as a new
    object with the same serial. `insert` and `remove` are for the newest ones.
    """

    def __init__(self, side_file: SideFile) -> None:
        self._older = StoredList(Card, side_file)
        self._newest: list[Card] = []
        self._serials = count()

    def append(self, card: Card) -> None:
        """Add a card at the end."""
        self.insert(len(self), card)

    def insert(self, position: int, card: Card) -> None:
        """Add a card among the newest."""
        card.serial = next(self._serials)
        self._newest.insert(position - len(self._older), card)
        if len(self._newest) > NEWEST_KEPT:
            self._older.append(self._newest.pop(0))

    def remove(self, card: Card) -> None:
        """Remove one of the newest cards; raises `ValueError` for any other."""
        self._newest.remove(card)

    def row_of(self, serial: int) -> int | None:
        """Index of the card with this serial number, searched from the newest; None if there is none."""
        return next((row for row in range(len(self) - 1, -1, -1) if self[row].serial == serial), None)

    def __len__(self) -> int:
        return len(self._older) + len(self._newest)

    def __iter__(self) -> Iterator[Card]:
        yield from self._older
        yield from self._newest

    @overload
    def __getitem__(self, index: int) -> Card: ...

    @overload
    def __getitem__(self, index: slice) -> list[Card]: ...

    def __getitem__(self, index: int | slice) -> Card | list[Card]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = index if index >= 0 else index + len(self)
        if not 0 <= row < len(self):
            raise IndexError(index)
        older = len(self._older)
        return self._older[row] if row < older else self._newest[row - older]
