"""Chunks of AIFF, Wave64, Core Audio (CAF) and AU files: whether the file ends before its audio does.

libsndfile reads AIFF and AU as far as they go. Of the others it needs the length that is there, also in place of one
that a program that writes to a pipe has left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal, NamedTuple

from flux_desktop.audio.containers.view import Contents, Stored, read_at, size_of, whole

_UNKNOWN_FROM = {4: 0x7FFF0000, 8: 1 << 62}
"""A length from here on, by its bytes, is a placeholder."""
_W64_RIFF = bytes.fromhex("2e91cf11a5d628db04c10000")
"""What follows the name in the identifier at the beginning of a Wave64 file."""
_W64_HEADER_BYTES = 24
"""Of each chunk: an identifier of 16 bytes and a length that includes both."""


class _Chunk(NamedTuple):
    name: bytes
    size_at: int
    body: int
    size: int


def contents(file: BinaryIO, head: bytes) -> Contents | None:
    """The file, with the length that is there; None for other kinds of files."""
    if head[:4] == b"caff":
        return _with_present_length(file, _walk(file, 8, 8), "big", 0)
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        chunk = _find(_walk(file, 12, 4), b"SSND")
        return whole(file, is_cut=chunk is not None and _is_cut(file, chunk.body + chunk.size, chunk.size, 4))
    if head[:4] == b"riff" and read_at(file, 4, 12) == _W64_RIFF:
        return _with_present_length(file, _walk_w64(file), "little", _W64_HEADER_BYTES)
    if head[:4] == b".snd":
        offset, size = (int.from_bytes(read_at(file, at, 4)) for at in (4, 8))
        return whole(file, is_cut=_is_cut(file, offset + size, size, 4))
    return None


def _with_present_length(
    file: BinaryIO, chunks: Iterator[_Chunk], order: Literal["big", "little"], header_bytes: int
) -> Contents:
    """The file with the true length of its data; lengths include `header_bytes`."""
    data, file_bytes = _find(chunks, b"data"), size_of(file)
    if data is None or data.body + data.size <= file_bytes:
        return whole(file)
    present_bytes = file_bytes - data.body
    length = (present_bytes + header_bytes).to_bytes(8, order)
    parts = (Stored(0, data.size_at), length, Stored(data.size_at + 8, file_bytes - data.size_at - 8))
    return Contents(parts, _is_cut(file, data.body + data.size, data.size, 8))


def _is_cut(file: BinaryIO, end: int, size: int, size_bytes: int) -> bool:
    return size_of(file) < end and size < _UNKNOWN_FROM[size_bytes]


def _find(chunks: Iterator[_Chunk], name: bytes) -> _Chunk | None:
    return next((chunk for chunk in chunks if chunk.name == name), None)


def _walk(file: BinaryIO, at: int, size_bytes: int) -> Iterator[_Chunk]:
    file_bytes = size_of(file)
    while at + 4 + size_bytes <= file_bytes:
        head = read_at(file, at, 4 + size_bytes)
        chunk = _Chunk(head[:4], at + 4, at + len(head), int.from_bytes(head[4:]))
        yield chunk
        at = chunk.body + chunk.size + (chunk.size % 2 if size_bytes == 4 else 0)


def _walk_w64(file: BinaryIO) -> Iterator[_Chunk]:
    """Each chunk begins at a multiple of 8."""
    file_bytes, at = size_of(file), 40
    while at + _W64_HEADER_BYTES <= file_bytes:
        head = read_at(file, at, _W64_HEADER_BYTES)
        size = int.from_bytes(head[16:], "little") - _W64_HEADER_BYTES
        if size < 0:
            return
        yield _Chunk(head[:4], at + 16, at + _W64_HEADER_BYTES, size)
        at += -(-(size + _W64_HEADER_BYTES) // 8) * 8
