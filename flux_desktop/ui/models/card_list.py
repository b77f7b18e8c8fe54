"""The cards of one conversation. Those that will not change any more are packed: hours of them would be large."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import count
from typing import overload

import msgspec

from flux_desktop.base.packed_blocks import PackedBlocks, SideFile
from flux_desktop.ui.models.card import Card

BLOCK = 64
"""Cards packed together; at least as many of the newest are not packed."""
_UNPACKED_MAX = 4
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Card])


class CardList(Sequence[Card]):
    """Cards in order, each with its `serial` number in the list.

    Packed cards are unpacked a block at a time when somebody looks at them, and then are other objects than before:
    the serial tells which card it is. `insert` and `remove` are for the newest few only.
    """

    def __init__(self, side_file: SideFile | None = None) -> None:
        self._packed = PackedBlocks(side_file)
        self._newest: list[Card] = []
        self._unpacked: OrderedDict[int, list[Card]] = OrderedDict()
        self._serials = count()

    def append(self, card: Card) -> None:
        """Add a card at the end."""
        self.insert(len(self), card)

    def insert(self, position: int, card: Card) -> None:
        """Add a card among the newest."""
        card.serial = next(self._serials)
        self._newest.insert(position - len(self._packed) * BLOCK, card)
        if len(self._newest) > 2 * BLOCK:
            block, self._newest = self._newest[:BLOCK], self._newest[BLOCK:]
            self._packed.append(_encoder.encode(block))

    def remove(self, card: Card) -> None:
        """Take one of the newest cards away; raises `ValueError` where it is none."""
        self._newest.remove(card)

    def __len__(self) -> int:
        return len(self._packed) * BLOCK + len(self._newest)

    def __iter__(self) -> Iterator[Card]:
        for number in range(len(self._packed)):
            yield from self._block(number)
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
        number, at = divmod(row, BLOCK)
        if number < len(self._packed):
            return self._block(number)[at]
        return self._newest[row - len(self._packed) * BLOCK]

    def _block(self, number: int) -> list[Card]:
        cards = self._unpacked.pop(number, None) or _decoder.decode(self._packed[number])
        self._unpacked[number] = cards
        if len(self._unpacked) > _UNPACKED_MAX:
            self._unpacked.popitem(last=False)
        return cards
