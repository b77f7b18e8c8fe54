"""Ended turns that stay in memory for as long as a run lasts: packed, as an hour of many streams would be large."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from flux_desktop.base.packed_blocks import PackedBlocks, SideFile
from flux_desktop.flux.turns import Turn

BLOCK = 64
"""Turns packed together; as many at most wait in the plain form."""


class KeptTurns:
    """The ended turns of one stream in order: `append`, `len` and iteration, which unpacks.

    With words, a turn of 14 words takes about 0.2 kB instead of 3 kB, and next to nothing with a `side_file`.
    `words` off leaves them out.
    """

    def __init__(self, *, words: bool, side_file: SideFile | None = None) -> None:
        self._words = words
        self._blocks = PackedBlocks(side_file)
        self._fresh: list[bytes] = []
        self._encoder = msgspec.msgpack.Encoder()

    def append(self, turn: Turn) -> None:
        """Keep a turn as it is now; later changes of the object are not seen."""
        kept = turn if self._words or not turn.words else msgspec.structs.replace(turn, words=[])
        self._fresh.append(self._encoder.encode(kept))
        if len(self._fresh) == BLOCK:
            self._blocks.append(self._encoder.encode(self._fresh))
            self._fresh = []

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._fresh)

    def __iter__(self) -> Iterator[Turn]:
        unpack = msgspec.msgpack.Decoder(Turn).decode
        for block in self._blocks:
            yield from map(unpack, msgspec.msgpack.decode(block, type=list[bytes]))
        yield from map(unpack, self._fresh)
