"""The cards of one conversation."""

from __future__ import annotations

from itertools import count

from flux_desktop.base.side_store import SideFile
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.history import History


class CardList(History[Card]):
    """Cards in order, each with its `serial` number in the list, which a card that was decoded has, too."""

    def __init__(self, side_file: SideFile) -> None:
        super().__init__(Card, side_file)
        self._serials = count()

    def append(self, card: Card) -> None:
        """Add a card at the end."""
        card.serial = next(self._serials)
        super().append(card)

    def insert(self, position: int, card: Card) -> None:
        """Add a card among the newest."""
        card.serial = next(self._serials)
        super().insert(position, card)

    def row_of(self, serial: int) -> int | None:
        """Index of the card with this serial number, searched from the newest; None if there is none."""
        return next((row for row in range(len(self) - 1, -1, -1) if self[row].serial == serial), None)
