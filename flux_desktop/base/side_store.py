"""Append-only lists of values in an anonymous temporary file, for what hours of a run leave behind and rarely read.

Turns and cards that no longer change would otherwise grow by tens of megabytes an hour.
"""

from __future__ import annotations

import tempfile
import weakref
from array import array
from collections.abc import Iterator
from typing import BinaryIO

import msgspec


class SideFile:
    """Anonymous temporary file that any number of `StoredList`s append to; created at the first append.

    Only the owner can read it, and it disappears with the process, however that ends. For use on one thread.
    """

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._end = 0

    def append(self, data: bytes) -> int:
        """Write `data`; returns its offset. Raises `OSError` when the disk does not take all of it."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="flux-desktop-", buffering=0)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        self._file.seek(self._end)
        if self._file.write(data) != len(data):
            raise OSError("the disk did not take all of a record")
        offset, self._end = self._end, self._end + len(data)
        return offset

    def read(self, offset: int, length: int) -> bytes:
        """The `length` bytes that `append` wrote at `offset`. Raises `OSError`."""
        assert self._file is not None
        self._file.seek(offset)
        return self._file.read(length)


class StoredList[T]:
    """Append-only list of values of one msgspec-encodable type, kept in a `SideFile` as MessagePack.

    `append`, `len`, `[n]` with 0 <= n < len, and iteration. A value is stored as it is at `append`; every read decodes
    a new object. A value that the disk does not take stays in memory, so appending never fails.
    """

    def __init__(self, item: type[T], side_file: SideFile) -> None:
        self._side_file = side_file
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(item).decode
        self._offsets = array("q")
        self._lengths = array("I")
        self._in_memory: dict[int, bytes] = {}

    def append(self, value: T, /) -> None:
        """Store one more value."""
        data, number = self._encode(value), len(self._offsets)
        try:
            offset = self._side_file.append(data)
        except OSError:  # a full disk, or no folder for temporary files
            offset = -1
            self._in_memory[number] = data
        self._offsets.append(offset)
        self._lengths.append(len(data))

    @property
    def in_memory_bytes(self) -> int:
        """Size of the values that the disk did not take."""
        return sum(map(len, self._in_memory.values()))

    def __len__(self) -> int:
        return len(self._offsets)

    def __iter__(self) -> Iterator[T]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> T:
        data = self._in_memory.get(number)
        if data is None:
            data = self._side_file.read(self._offsets[number], self._lengths[number])
        return self._decode(data)
