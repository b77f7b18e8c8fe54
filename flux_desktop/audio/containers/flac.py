"""The end of a FLAC file: its last whole frame, and with it the number of samples that the file holds.

A program that writes FLAC to a pipe does not state that number, and in a file that was cut off it is wrong. The
decoder is given a header with the right one. Source: RFC 9639.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from flux_desktop.audio.containers.view import Contents, Stored, after_id3, read_at, size_of

MAGIC = b"fLaC"
_STREAM_INFO_AT = 8
_STREAM_INFO_BYTES = 34
_TOTAL_AT = _STREAM_INFO_AT + 13
"""36 bits, of which the first four are the lower half of this byte."""
_TAIL_MIN_BYTES, _TAIL_MAX_BYTES = 1 << 16, 1 << 22
_ID3V1_BYTES = 128
_BLOCK_BYTES = 1 << 22
_FRAME_MAX_BYTES = 1 << 19
"""Of a file that does not state it."""
_HEADER_MAX_BYTES = 16
_TRIES = 8
"""So many of the last frame headers are tried; bytes within a frame can look like one."""
_SYNC = re.compile(rb"\xff[\xf8\xf9]")
_BLOCK_SIZES = {1: 192, **{code: 576 << code - 2 for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}
"""Samples by the code in a frame's header; the codes 6 and 7 stand for a number at the header's end."""


class _Header(NamedTuple):
    """The header of a frame at `offset` of the file: its first sample and its number of samples."""

    offset: int
    first: int
    samples: int


class _StreamInfo(NamedTuple):
    block_samples: int
    frame_bytes_max: int
    sample_rate_hz: int
    total: int


def contents(file: BinaryIO) -> Contents | None:
    """The file to the end of its last whole frame; None where that is not found."""
    start = after_id3(file)
    head = read_at(file, start, _STREAM_INFO_AT + _STREAM_INFO_BYTES)
    if len(head) < _STREAM_INFO_AT + _STREAM_INFO_BYTES or head[:4] != MAGIC or head[4] & 0x7F:
        return None
    info = _stream_info(head[_STREAM_INFO_AT:])
    stream_end = _end(file, info)
    if stream_end is None:
        return None
    total, end = stream_end
    is_cut = total < info.total if info.total else end < size_of(file)
    return Contents((_stating(head, total), Stored(start + len(head), end - start - len(head))), is_cut)


def damaged_s(file: BinaryIO) -> float | None:
    """Where a frame is missing or has a damaged header, in seconds; None for nowhere. Reads the whole file."""
    start = after_id3(file)
    info = _stream_info(read_at(file, start + _STREAM_INFO_AT, _STREAM_INFO_BYTES))
    frame_bytes_max = info.frame_bytes_max or _FRAME_MAX_BYTES
    samples, before = 0, None
    for at, samples_before, samples in _frames_in_order(file, start, info):  # noqa: B007 - used after the loop
        if before is not None and at - before > frame_bytes_max:
            return samples_before / info.sample_rate_hz
        before = at
    stream_end = _end(file, info)
    return samples / info.sample_rate_hz if stream_end is not None and samples < stream_end[0] else None


def _frames_in_order(file: BinaryIO, at: int, info: _StreamInfo) -> Iterator[tuple[int, int, int]]:
    """Each frame whose number follows that of the one before: its place in the file, and the samples before and after.

    In a file of half a million frames, which have one size, only their numbers are read.
    """
    number, code, first = 0, b"\0", 0
    file_bytes = size_of(file)
    while at < file_bytes:
        block = read_at(file, at, _BLOCK_BYTES)
        for sync in _SYNC.finditer(block):
            inside = sync.start()
            if not block.startswith(code, inside + 4):
                continue
            after = first + info.block_samples
            if block[inside + 1] & 1:
                if (header := _header(block, inside, info)) is None:
                    continue
                number = after = first + header.samples
            else:
                number += 1
            yield at + inside, first, after
            first = after
            is_next = not block[inside + 1] & 1 and number > 0x80 and number & 0x3F
            code = code[:-1] + bytes((0x80 | number & 0x3F,)) if is_next else _code(number)
        at += len(block) if at + len(block) >= file_bytes else len(block) - _HEADER_MAX_BYTES


def _stream_info(body: bytes) -> _StreamInfo:
    packed = int.from_bytes(body[10:18])
    return _StreamInfo(int.from_bytes(body[0:2]), int.from_bytes(body[7:10]), packed >> 44, packed & 0xFFFFFFFFF)


def _stating(head: bytes, total: int) -> bytes:
    """The beginning of the file with this number of samples."""
    first = bytes((head[_TOTAL_AT] & 0xF0 | total >> 32 & 0x0F,))
    return head[:_TOTAL_AT] + first + (total & 0xFFFFFFFF).to_bytes(4) + head[_TOTAL_AT + 5 :]


def _end(file: BinaryIO, info: _StreamInfo) -> tuple[int, int] | None:
    """Samples before the end of the last whole frame, and its place in the file."""
    file_bytes = size_of(file)
    if read_at(file, file_bytes - _ID3V1_BYTES, 3) == b"TAG":
        file_bytes -= _ID3V1_BYTES
    tail_bytes = max(_TAIL_MIN_BYTES, 3 * info.frame_bytes_max)
    while tail_bytes <= _TAIL_MAX_BYTES:
        tail_at = max(0, file_bytes - tail_bytes)
        tail = read_at(file, tail_at, file_bytes - tail_at)
        headers = _headers(tail, info)[-_TRIES:]
        ends = [len(tail), *(header.offset for header in reversed(headers))]
        for end in ends:
            for header in reversed(headers):
                if header.offset < end and not _crc_16(tail[header.offset : end]):
                    return header.first + header.samples, tail_at + end
        if not tail_at:
            return None
        tail_bytes *= 4
    return None


def _headers(tail: bytes, info: _StreamInfo) -> list[_Header]:
    headers = []
    for sync in _SYNC.finditer(tail):
        if (header := _header(tail, sync.start(), info)) is not None:
            headers.append(header)
    return headers


def _header(tail: bytes, at: int, info: _StreamInfo) -> _Header | None:
    """The frame header at `at`, if its checksum is right."""
    data = tail[at : at + _HEADER_MAX_BYTES].ljust(_HEADER_MAX_BYTES, b"\0")
    number_bytes = _coded_bytes(data[4])
    if not number_bytes:
        return None
    size_code, rate_code = data[2] >> 4, data[2] & 0x0F
    number = _coded(data[4 : 4 + number_bytes])
    after = 4 + number_bytes
    size_bytes = {6: 1, 7: 2}.get(size_code, 0)
    samples = _BLOCK_SIZES.get(size_code, 1 + int.from_bytes(data[after : after + size_bytes]))
    end = after + size_bytes + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if _crc_8(data[:end]) != data[end]:
        return None
    has_sample_number = data[1] & 1
    return _Header(at, number if has_sample_number else number * info.block_samples, samples)


def _coded_bytes(first: int) -> int:
    """Bytes of a number coded like UTF-8 that begins with this one; 0 for none."""
    ones = next((count for count in range(8) if not first & 0x80 >> count), 8)
    return {0: 1, 1: 0, 8: 0}.get(ones, ones)


def _coded(data: bytes) -> int:
    if len(data) == 1:
        return data[0]
    number = data[0] & (0x7F >> len(data))
    for byte in data[1:]:
        number = number << 6 | byte & 0x3F
    return number


def _code(number: int) -> bytes:
    """The number as the header of a frame has it."""
    if number < 0x80:
        return bytes((number,))
    size = next(size for size in range(2, 8) if number < 1 << 5 * size + 1)
    rest = [0x80 | number >> 6 * place & 0x3F for place in reversed(range(size - 1))]
    return bytes((0xFF << 8 - size & 0xFF | number >> 6 * (size - 1), *rest))


def _crc_8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = _CRC_8[crc ^ byte]
    return crc


def _crc_16(data: bytes) -> int:
    """0 for a frame with the checksum at its end."""
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFFFF) ^ _CRC_16[crc >> 8 ^ byte]
    return crc


def _crc_table(polynomial: int, bits: int) -> list[int]:
    table = []
    for byte in range(256):
        crc = byte << bits - 8
        for _ in range(8):
            crc = crc << 1 ^ (polynomial if crc >> bits - 1 else 0)
            crc &= (1 << bits) - 1
        table.append(crc)
    return table


_CRC_8 = _crc_table(0x07, 8)
_CRC_16 = _crc_table(0x8005, 16)
