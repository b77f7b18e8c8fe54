"""Pages of an Ogg file (Vorbis, Opus, FLAC): whether all of them are there. Source: RFC 3533."""

from __future__ import annotations

import zlib
from typing import BinaryIO, NamedTuple

from flux_desktop.audio.containers.view import read_at, size_of

MAGIC = b"OggS"
_HEADER_BYTES = 27
_PAGE_MAX_BYTES = _HEADER_BYTES + 255 + 255 * 255
_LAST_PAGE = 0x04
_BLOCK_BYTES = 1 << 20
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""zlib's checksum has the same polynomial as Ogg's and the opposite order of bits."""


class _Page(NamedTuple):
    flags: int
    serial: bytes
    number: int
    size: int


def is_cut(file: BinaryIO) -> bool:
    """Whether the last page is incomplete or not marked as the last one."""
    file_bytes = size_of(file)
    tail = read_at(file, file_bytes - _PAGE_MAX_BYTES, _PAGE_MAX_BYTES)
    at = tail.rfind(MAGIC)
    page = _page(tail[at:]) if at >= 0 else None
    return page is None or at + page.size > len(tail) or not page.flags & _LAST_PAGE


def is_damaged(file: BinaryIO) -> bool:
    """Whether a page before the end is missing or has a wrong checksum; reads the whole file."""
    file_bytes, at = size_of(file), 0
    expected: dict[bytes, int] = {}
    block, block_at = b"", 0
    while at + _HEADER_BYTES <= file_bytes:
        inside = at - block_at
        if inside + _PAGE_MAX_BYTES > len(block) and block_at + len(block) < file_bytes:
            block, block_at, inside = read_at(file, at, _BLOCK_BYTES), at, 0
        page = _page(block[inside : inside + _HEADER_BYTES + 255])
        if page is None:
            return True
        if at + page.size > file_bytes:
            return False  # it is cut off there
        data = block[inside : inside + page.size]
        if page.number != expected.get(page.serial, page.number) or _checksum(data) != data[22:26]:
            return True
        expected[page.serial] = page.number + 1
        at += page.size
    return False


def _page(data: bytes) -> _Page | None:
    if len(data) < _HEADER_BYTES or data[:4] != MAGIC:
        return None
    segments = data[_HEADER_BYTES : _HEADER_BYTES + data[26]]
    size = _HEADER_BYTES + data[26] + sum(segments)
    return _Page(data[5], data[14:18], int.from_bytes(data[18:22], "little"), size)


def _checksum(page: bytes) -> bytes:
    plain = page[:22] + bytes(4) + page[26:]
    crc = zlib.crc32(plain.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return crc.to_bytes(4).translate(_REVERSED)
