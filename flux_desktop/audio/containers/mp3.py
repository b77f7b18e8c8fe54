"""Frames of an MPEG audio file (MP3), found by their headers alone.

libsndfile takes the length from the Xing header of the first frame, or estimates it from the bit rate of that frame: a
file that was cut off ends in silence, and one of variable rate without that header ends too early. So the frames are
counted here, and the decoder is given a Xing header that states their number. Sources: ISO/IEC 11172-3 and 13818-3;
the header of Xing and the LAME tag as written by LAME.
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

from flux_desktop.audio.containers.view import Contents, Part, Stored, after_id3, id3_size, read_at, size_of

_BLOCK_BYTES = 1 << 20
_SYNC_MAX_BYTES = 1 << 16
"""The first frame begins within so many bytes after the tags."""
_RATES_HZ = {0b11: (44_100, 48_000, 32_000), 0b10: (22_050, 24_000, 16_000), 0b00: (11_025, 12_000, 8_000)}
"""By the version bits: MPEG 1, 2, and 2.5."""
_MPEG_1 = 0b11
_LAYER_1, _LAYER_2, _LAYER_3 = 0b11, 0b10, 0b01
_BITRATES_KBPS = {
    (True, _LAYER_1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, _LAYER_2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, _LAYER_3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, _LAYER_1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, _LAYER_2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, _LAYER_3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By MPEG 1 and layer; the index 0 is a rate that the header does not state."""
_XING_BITRATE_INDEX = 9
"""Of the frame that is made for the Xing header: large enough for it at every rate."""
_TAGS_AT_END = (b"TAG", b"APETAGEX", b"LYRICSBEGIN")
_LAME_BYTES = 36
_LAME_PADDING_AT = 22
"""The padding is the lower 12 bits of the two bytes from here on in the LAME tag."""


class _Format(NamedTuple):
    """What all frames of a file have in common."""

    version: int
    layer: int
    rate_index: int

    @property
    def rate_hz(self) -> int:
        return _RATES_HZ[self.version][self.rate_index]

    @property
    def samples(self) -> int:
        """Samples of one frame."""
        if self.layer == _LAYER_1:
            return 384
        return 576 if self.layer == _LAYER_3 and self.version != _MPEG_1 else 1152

    def size_bytes(self, bitrate_index: int, padded: int) -> int:
        bits_per_s = 1000 * _BITRATES_KBPS[self.version == _MPEG_1, self.layer][bitrate_index]
        if self.layer == _LAYER_1:
            return 4 * (12 * bits_per_s // self.rate_hz + padded)
        return self.samples // 8 * bits_per_s // self.rate_hz + padded


class _Xing(NamedTuple):
    """The Xing header (of a constant rate: Info) of the first frame, with the LAME tag that follows it."""

    frames: int | None
    lame: bytes


class _Frames(NamedTuple):
    """The frames of a file: where the first begins, where the last ends, and how many there are."""

    start: int
    end: int
    total: int
    is_last_partial: bool
    first_gap: int | None
    """Frames before the first stretch that is none."""


def contents(file: BinaryIO) -> Contents | None:
    """The frames behind a Xing header that states their number; None for a file that is not MPEG audio."""
    at = after_id3(file)
    head = read_at(file, at, _SYNC_MAX_BYTES)
    start = _first_frame(head)
    if start is None:
        return None
    form = _parse(head[start : start + 4])
    assert form is not None
    sizes = _sizes(form)
    first = head[start : start + sizes[head[start + 1 : start + 3]]]
    xing = _xing(form, first)
    is_header = xing is not None or first[36:40] == b"VBRI"
    frames = _walk(file, sizes, at + start + (len(first) if is_header else 0))
    if not frames.total:
        return None
    stated = xing.frames if xing is not None else None
    is_cut = frames.is_last_partial or (stated is not None and frames.total < stated - 1)
    audio = Stored(frames.start, frames.end - frames.start)
    parts: tuple[Part, ...] = (audio,)
    if form.layer == _LAYER_3:
        lame = xing.lame if xing is not None else b""
        parts = (_xing_frame(form, first, frames.total, audio.size, _without_padding(lame) if is_cut else lame), audio)
    damaged_s = None if frames.first_gap is None else frames.first_gap * form.samples / form.rate_hz
    return Contents(parts, is_cut, damaged_s)


def _parse(header: bytes) -> _Format | None:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version not in _RATES_HZ or not layer or rate == 3 or bitrate in (0, 15):
        return None
    return _Format(version, layer, rate)


def _sizes(form: _Format) -> dict[bytes, int]:
    """Bytes of a frame by the second and third byte of its header, for every header of this format."""
    sizes = {}
    for without_crc in (0, 1):
        second = 0xE0 | form.version << 3 | form.layer << 1 | without_crc
        for bitrate in range(1, 15):
            for low in range(4):
                third = bitrate << 4 | form.rate_index << 2 | low
                sizes[bytes((second, third))] = form.size_bytes(bitrate, low >> 1)
    return sizes


def _first_frame(head: bytes) -> int | None:
    """Where two frames of one format follow each other, or one is all there is."""
    at = head.find(0xFF)
    while at >= 0:
        form = _parse(head[at : at + 4])
        if form is not None:
            sizes = _sizes(form)
            follows = at + sizes[head[at + 1 : at + 3]]
            if follows == len(head) or (
                head[follows : follows + 1] == b"\xff" and head[follows + 1 : follows + 3] in sizes
            ):
                return at
        at = head.find(0xFF, at + 1)
    return None


def _walk(file: BinaryIO, sizes: dict[bytes, int], start: int) -> _Frames:
    file_bytes = size_of(file)
    at = end = start
    count, is_partial = 0, False
    first_gap: int | None = None
    block, block_at = b"", start
    while at + 4 <= file_bytes:
        inside = at - block_at
        if inside + 4 > len(block):
            block, block_at, inside = read_at(file, at, _BLOCK_BYTES), at, 0
        size = sizes.get(block[inside + 1 : inside + 3]) if block[inside] == 0xFF else None
        if size is not None:
            if at + size > file_bytes:
                is_partial = True
                break
            count += 1
            at = end = at + size
            continue
        follows = _after_gap(file, sizes, at)
        if follows is None:
            break
        if first_gap is None and not id3_size(read_at(file, at, 10)):
            first_gap = count
        at = follows
    return _Frames(start, end, count, is_partial, first_gap)


def _after_gap(file: BinaryIO, sizes: dict[bytes, int], at: int) -> int | None:
    """Where frames go on after what begins at `at` and is no frame; None where none follow."""
    head = read_at(file, at, 11)
    if head.startswith(_TAGS_AT_END):
        return None
    if size := id3_size(head[:10]):
        return at + size
    while len(block := read_at(file, at, _BLOCK_BYTES)) >= 4:
        sync_offset = block.find(0xFF)
        while sync_offset >= 0:
            size = sizes.get(block[sync_offset + 1 : sync_offset + 3], 0)
            if size and sizes.get(read_at(file, at + sync_offset + size, 3)[1:]):
                return at + sync_offset
            sync_offset = block.find(0xFF, sync_offset + 1)
        at += len(block) - 3
    return None


def _xing(form: _Format, frame: bytes) -> _Xing | None:
    if form.layer != _LAYER_3:
        return None
    at = 4 + _side_bytes(form, frame)
    for start in (at, at + 2):  # after a checksum, where there is one
        if frame[start : start + 4] not in (b"Xing", b"Info"):
            continue
        flags = int.from_bytes(frame[start + 4 : start + 8])
        fields = start + 8
        frames = int.from_bytes(frame[fields : fields + 4]) if flags & 1 else None
        lame = fields + 4 * (flags & 1) + 2 * (flags & 2) + 25 * (flags & 4) + (flags & 8) // 2
        return _Xing(frames, frame[lame : lame + _LAME_BYTES])
    return None


def _side_bytes(form: _Format, frame: bytes) -> int:
    """Bytes of the side information, after which the Xing header is."""
    is_mono = frame[3] >> 6 == 3
    if form.version == _MPEG_1:
        return 17 if is_mono else 32
    return 9 if is_mono else 17


def _without_padding(lame: bytes) -> bytes:
    """The LAME tag of a file whose end is missing, and with it the samples that were to be left out there."""
    if len(lame) <= _LAME_PADDING_AT + 1:
        return lame
    return lame[:_LAME_PADDING_AT] + bytes((lame[_LAME_PADDING_AT] & 0xF0, 0)) + lame[_LAME_PADDING_AT + 2 :]


def _xing_frame(form: _Format, first: bytes, count: int, audio_bytes: int, lame: bytes) -> bytes:
    """A frame without sound that states the number of frames after it and the bytes of all."""
    size = form.size_bytes(_XING_BITRATE_INDEX, 0)
    header = bytes((0xFF, first[1] | 1, _XING_BITRATE_INDEX << 4 | form.rate_index << 2, first[3]))
    numbers = (3).to_bytes(4) + count.to_bytes(4) + min(size + audio_bytes, 0xFFFFFFFF).to_bytes(4)
    return (header + bytes(_side_bytes(form, first)) + b"Xing" + numbers + lame).ljust(size, b"\0")
