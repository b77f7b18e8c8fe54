"""What hours of a run have left behind and nobody looks at again but rarely: compressed, on disk where one takes it."""

from __future__ import annotations

import tempfile
import weakref
import zlib
from collections.abc import Iterator
from typing import BinaryIO

_LEVEL = 1


class SideFile:
    """A temporary file without a name, for many `PackedBlocks`: nothing of it is left, however the process ends.

    Only its owner can read it. Used on one thread.
    """

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._end = 0

    def put(self, data: bytes) -> tuple[int, int]:
        """Write it; returns its place. Raises `OSError` where the disk does not take all of it."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="flux-desktop-", buffering=0)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        self._file.seek(self._end)
        if self._file.write(data) != len(data):
            raise OSError("the disk did not take all of a block")
        place = self._end, len(data)
        self._end += len(data)
        return place

    def get(self, place: tuple[int, int]) -> bytes:
        """What was put there. Raises `OSError`."""
        assert self._file is not None
        offset, length = place
        self._file.seek(offset)
        return self._file.read(length)


class PackedBlocks:
    """Blocks of bytes in order: `append`, `len`, `[n]` and iteration. What the disk does not take stays in memory."""

    def __init__(self, side_file: SideFile | None = None) -> None:
        """Without a side file everything stays in memory."""
        self._side_file = side_file
        self._blocks: list[bytes | tuple[int, int]] = []

    def append(self, block: bytes) -> None:
        """Keep one more block."""
        packed = zlib.compress(block, _LEVEL)
        place: bytes | tuple[int, int] = packed
        if self._side_file is not None:
            try:
                place = self._side_file.put(packed)
            except OSError:  # a full disk takes no transcript from anybody
                place = packed
        self._blocks.append(place)

    def __len__(self) -> int:
        return len(self._blocks)

    def __iter__(self) -> Iterator[bytes]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> bytes:
        place = self._blocks[number]
        if isinstance(place, bytes):
            return zlib.decompress(place)
        assert self._side_file is not None
        return zlib.decompress(self._side_file.get(place))

    @property
    def in_memory_bytes(self) -> int:
        """Of the blocks that are not on disk."""
        return sum(len(block) for block in self._blocks if isinstance(block, bytes))
