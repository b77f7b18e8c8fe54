"""Chunks of a recording that is in memory: what is sent needs no file."""

from __future__ import annotations

from flux_desktop.engine.sending.chunk_source import FileChunks


class MemoryChunkSource(FileChunks):
    """Chunks of a recording that is in memory."""

    def __init__(self, audio: bytes, chunk_bytes: int, *, loop: bool, limit_bytes: int | None) -> None:
        super().__init__(len(audio), chunk_bytes, loop=loop, limit_bytes=limit_bytes)
        self._audio = audio

    def _read(self, position: int, size: int) -> bytes | None:
        return self._audio[position : position + size]
