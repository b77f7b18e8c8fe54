"""The ended turns of one connection, stored in a side file."""

from __future__ import annotations

import msgspec

from flux_desktop.base.side_store import SideFile, StoredList
from flux_desktop.flux.turns import Turn


class KeptTurns(StoredList[Turn]):
    """Ended turns in order, as `turns.EndedTurns` asks for. `words` False stores them without their words."""

    def __init__(self, *, words: bool, side_file: SideFile) -> None:
        super().__init__(Turn, side_file)
        self._words = words

    def append(self, turn: Turn, /) -> None:
        """Store a turn as it is now; later changes of the object are not seen."""
        super().append(turn if self._words or not turn.words else msgspec.structs.replace(turn, words=[]))
