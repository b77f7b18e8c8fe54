"""The audio of one stream, chunk by chunk, already in the encoding that goes on the wire."""

from __future__ import annotations

from typing import Protocol

_SILENCE_BYTE = {"linear16": b"\x00", "mulaw": b"\xff", "alaw": b"\xd5"}
"""What stands for zero in each encoding (G.711 for the latter two)."""


class ChunkSource(Protocol):
    """Chunks of one stream in order."""

    def next_chunk(self) -> bytes | None:
        """The next chunk, or None when the audio has ended."""


class FileChunkSource:
    """A recording's bytes once, or over and over without a seam; the last chunk may be short."""

    def __init__(self, audio: bytes, chunk_bytes: int, *, loop: bool, limit_bytes: int | None) -> None:
        """`limit_bytes` ends the audio early (or, looped, at all); None is no limit."""
        self._audio = audio
        self._chunk_bytes = chunk_bytes
        self._loop = loop and bool(audio)
        self._left = limit_bytes if limit_bytes is not None else (None if self._loop else len(audio))
        self._position = 0

    def next_chunk(self) -> bytes | None:
        """The next chunk, or None when the audio has ended."""
        size = self._chunk_bytes if self._left is None else min(self._chunk_bytes, self._left)
        chunk = self._audio[self._position : self._position + size]
        if self._loop:
            while len(chunk) < size:
                chunk += self._audio[: size - len(chunk)]
            self._position = (self._position + size) % len(self._audio)
        else:
            self._position += len(chunk)
        if self._left is not None:
            self._left -= len(chunk)
        return chunk or None


def silence(encoding: str, size_bytes: int) -> bytes:
    """That many bytes of digital silence."""
    return _SILENCE_BYTE[encoding] * size_bytes
