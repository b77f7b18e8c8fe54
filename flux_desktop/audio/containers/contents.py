"""What a decoder is given of a file, by the kind of its container."""

from __future__ import annotations

from typing import BinaryIO

from flux_desktop.audio import wav
from flux_desktop.audio.containers import chunked, flac, mp3, ogg
from flux_desktop.audio.containers.view import Contents, Stored, after_id3, read_at, whole


def contents_of(file: BinaryIO) -> Contents:
    """The audio of an open file, to the end of what can be decoded. Reads an MP3 file to its end."""
    head = read_at(file, after_id3(file), 12)
    if wav.is_wav(head):
        return _whole_blocks(file)
    if head[:4] == flac.MAGIC:
        return flac.contents(file) or whole(file)
    if head[:4] == ogg.MAGIC:
        return whole(file, is_cut=ogg.is_cut(file))
    if (chunks := chunked.contents(file, head)) is not None:
        return chunks
    if head[:1] == b"\xff" or read_at(file, 0, 3) == b"ID3":
        return mp3.contents(file) or whole(file)
    return whole(file)


def _whole_blocks(file: BinaryIO) -> Contents:
    """A WAV file without the block of ADPCM in which it was cut: the decoder would fill it with noise."""
    layout = wav.read_layout(file)
    if not layout.is_truncated or layout.format_tag not in (wav.MS_ADPCM, wav.IMA_ADPCM) or not layout.block_bytes:
        return whole(file)
    return Contents(
        (Stored(0, layout.data_offset + layout.data_bytes // layout.block_bytes * layout.block_bytes),), True
    )
