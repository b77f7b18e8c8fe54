"""Layout of a WAV file (RIFF, RF64 or BW64): its sample format, and where its samples are.

No length in a header is trusted beyond the bytes that are present: a program that writes to a pipe, or that was
killed, leaves a placeholder there. Sources: the RIFF specification, EBU Tech 3306 (RF64), ITU-R BS.2088 (BW64).
"""

from __future__ import annotations

import os
from typing import BinaryIO, NamedTuple

PCM, FLOAT, ALAW, MULAW = 0x0001, 0x0003, 0x0006, 0x0007
MS_ADPCM, IMA_ADPCM = 0x0002, 0x0011
_EXTENSIBLE = 0xFFFE
_SUBFORMAT_TAIL = b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
"""A sub-format GUID is a two-byte format tag followed by these bytes."""
_IN_DS64 = 0xFFFFFFFF
_PLACEHOLDER_MIN = 0x7FFF0000
"""A length from here on that exceeds the file is a placeholder, not a promise: sox writes 0x7FFFF000, arecord
0x80000000, ffmpeg 0xFFFFFFFF."""
_FORMAT_BYTES_MAX = 64


class WavError(Exception):
    """The file is not a WAV file whose samples can be located; the text is a sentence for the user."""


class WavLayout(NamedTuple):
    """Sample format and position of the samples in the file; `data_bytes` never exceeds what the file holds."""

    format_tag: int
    channels: int
    sample_rate_hz: int
    bits: int
    block_bytes: int
    """Bytes that are decoded together, as the header states them."""
    data_offset: int
    data_bytes: int
    is_truncated: bool
    """The header states more samples than the file has."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.sample_bytes

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample of one channel."""
        return (self.bits + 7) // 8


class _Format(NamedTuple):
    tag: int
    channels: int
    sample_rate_hz: int
    bits: int
    block_bytes: int


def is_wav(head: bytes) -> bool:
    """Whether a file that begins with these 12 bytes is RIFF, RF64 or BW64 WAVE."""
    return head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE"


def read_layout(file: BinaryIO) -> WavLayout:
    """Walk the chunks of a seekable file up to its samples. Raises `WavError`."""
    file_bytes = file.seek(0, os.SEEK_END)
    if not is_wav(_read(file, 0, 12)):
        raise WavError("It is not a WAV file.")
    sizes: dict[bytes, int] = {}
    layout: _Format | None = None
    at = 12
    while at + 8 <= file_bytes:
        name, body = _read(file, at, 4), at + 8
        size = _number(_read(file, at + 4, 4))
        if size == _IN_DS64:
            size = sizes.get(name, size)
        if name == b"ds64":
            sizes = _long_sizes(_read(file, body, min(size, 4096)))
        elif name == b"fmt ":
            layout = _parse_format(_read(file, body, min(size, _FORMAT_BYTES_MAX)))
        elif name == b"data":
            if layout is None:
                raise WavError("Its header does not state the sample format.")
            return _located(file, layout, body, size, file_bytes)
        at = _next_chunk(file, body + size, size)
    raise WavError("It has no audio data." if layout else "Its header is incomplete.")


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _number(field: bytes) -> int:
    return int.from_bytes(field, "little")


def _long_sizes(body: bytes) -> dict[bytes, int]:
    """64-bit chunk sizes of a ds64 chunk: that of the data, then a table of others."""
    sizes = {b"data": _number(body[8:16])} if len(body) >= 16 else {}
    for entry in range(28, min(len(body), 28 + 12 * _number(body[24:28])) - 11, 12):
        sizes[body[entry : entry + 4]] = _number(body[entry + 4 : entry + 12])
    return sizes


def _parse_format(header: bytes) -> _Format:
    if len(header) < 16:
        raise WavError("Its header is incomplete.")
    tag, channels, bits = _number(header[0:2]), _number(header[2:4]), _number(header[14:16])
    if tag == _EXTENSIBLE and header[26:40] == _SUBFORMAT_TAIL:
        tag = _number(header[24:26])
    if not channels:
        raise WavError("Its header states 0 channels.")
    return _Format(tag, channels, _number(header[4:8]), bits, _number(header[12:14]))


def _located(file: BinaryIO, layout: _Format, body: int, size: int, file_bytes: int) -> WavLayout:
    present = file_bytes - body
    if size == 0 and not _is_chunk_chain(file, body, file_bytes):
        size = present  # the length was never filled in
    truncated = present < size < _PLACEHOLDER_MIN
    return WavLayout(*layout, body, min(size, present), truncated)


def _next_chunk(file: BinaryIO, end: int, size: int) -> int:
    """Where the next chunk begins: after a pad byte if the size is odd, which some programs leave out."""
    if size % 2 == 0:
        return end
    follows = _read(file, end, 5)
    return end if _is_chunk_name(follows[:4]) and not _is_chunk_name(follows[1:]) else end + 1


def _is_chunk_name(name: bytes) -> bool:
    return len(name) == 4 and all(0x20 <= letter < 0x7F for letter in name)


def _is_chunk_chain(file: BinaryIO, at: int, file_bytes: int) -> bool:
    """Whether nothing but whole chunks follows, so that a length of 0 means what it says."""
    while at + 8 <= file_bytes and _is_chunk_name(_read(file, at, 4)):
        size = _number(_read(file, at + 4, 4))
        at = _next_chunk(file, at + 8 + size, size)
    return at >= file_bytes
