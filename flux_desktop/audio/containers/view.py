"""A file made of parts of another file and of bytes of our own, and what is known of the audio in it."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple


class Stored(NamedTuple):
    """The bytes of the underlying file from `offset` on, `size` of them."""

    offset: int
    size: int


Part = Stored | bytes


class PartsFile(io.RawIOBase):
    """The parts one after another, as a seekable file; a seek beyond either end stops there."""

    def __init__(self, file: BinaryIO, parts: Sequence[Part]) -> None:
        self._file = file
        self._parts = [(part, part.size if isinstance(part, Stored) else len(part)) for part in parts]
        self.size = sum(size for _, size in self._parts)
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = min(max(0, start + offset), self.size)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        start = 0
        for part, size in self._parts:
            inside = self._at - start
            if inside < size:
                data = self._data(part, inside, min(len(buffer), size - inside))
                buffer[: len(data)] = data
                self._at += len(data)
                return len(data)
            start += size
        return 0

    def _data(self, part: Part, inside: int, count: int) -> bytes:
        if not isinstance(part, Stored):
            return part[inside : inside + count]
        self._file.seek(part.offset + inside)
        return self._file.read(count)


class Contents(NamedTuple):
    """What a decoder is given in place of a file, and what is known of it without decoding."""

    parts: tuple[Part, ...]
    is_cut: bool = False
    """The end of the recording is missing."""
    damaged_s: float | None = None
    """Where the first stretch lies that is not audio, in seconds of audio before it."""


def whole(file: BinaryIO, *, is_cut: bool = False, damaged_s: float | None = None) -> Contents:
    """The file as it is."""
    return Contents((Stored(0, size_of(file)),), is_cut, damaged_s)


def size_of(file: BinaryIO) -> int:
    """Bytes in the file."""
    return file.seek(0, os.SEEK_END)


def read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """Bytes from `offset` on, fewer at the end of the file."""
    file.seek(max(0, offset))
    return file.read(size)


def after_id3(file: BinaryIO) -> int:
    """Where the audio begins: after the ID3v2 tags at the beginning of the file."""
    offset = 0
    while (size := id3_size(read_at(file, offset, 10))) > 0:
        offset += size
    return offset


def id3_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins with these ten bytes; 0 where there is none."""
    if len(head) < 10 or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:10]):
        return 0
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return size + (20 if head[5] & 0x10 else 10)
