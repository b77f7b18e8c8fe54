"""What a decoder is given of a file, by the kind of its container."""

from __future__ import annotations

from typing import BinaryIO

from flux_desktop.audio.containers import chunked, flac, mp3, ogg
from flux_desktop.audio.containers.view import Contents, after_id3, read_at, whole


def contents_of(file: BinaryIO) -> Contents:
    """The audio of an open file other than WAV, to the end of what can be decoded. Reads an MP3 file to its end."""
    head = read_at(file, after_id3(file), 12)
    if head[:4] == flac.MAGIC:
        return flac.contents(file) or whole(file)
    if head[:4] == ogg.MAGIC:
        return whole(file, is_cut=ogg.is_cut(file))
    if (chunks := chunked.contents(file, head)) is not None:
        return chunks
    if head[:1] == b"\xff" or read_at(file, 0, 3) == b"ID3":
        return mp3.contents(file) or whole(file)
    return whole(file)
