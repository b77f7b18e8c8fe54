"""The audio of one connection, chunk by chunk, already in the encoding of the wire.

Positions are bytes; only `take` needs the bytes themselves, so that a gap can be passed over without reading it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from flux_desktop.base.problem import Problem, ProblemError

BLOCK_BYTES = 1 << 16
"""Read from disk at once: 2 s of linear16 at 16 kHz."""
SHARED_CHUNKS = 512
"""Chunks kept for connections that begin later: 41 s, and 1.3 MB of linear16 at 16 kHz."""
_SILENCE_BYTE = {"linear16": b"\x00", "mulaw": b"\xff", "alaw": b"\xd5"}
"""The byte of digital silence in each encoding (G.711 for mu-law and A-law)."""


def silence(encoding: str, size_bytes: int) -> bytes:
    """That many bytes of digital silence."""
    return _SILENCE_BYTE[encoding] * size_bytes


class ChunkSource(Protocol):
    """Chunks of one connection in order."""

    def begin(self) -> None:
        """Read ahead: the connection is about to open. Raises `ProblemError` where there is nothing to send."""

    def end(self) -> None:
        """Let go of what was read: the connection has ended."""

    def next_bytes(self) -> int:
        """Size of the next chunk; 0 when the audio has ended."""

    def take(self) -> bytes | None:
        """The next chunk, which is then behind; None while it is still being read from disk."""

    def skip(self) -> None:
        """Leave the next chunk out."""


class FileChunks(ABC):
    """A recording of `size_bytes` once, or repeated without a seam; the last chunk may be short.

    `limit_bytes` ends the audio early (or, looped, at all); None is no limit.
    """

    def __init__(self, size_bytes: int, chunk_bytes: int, *, loop: bool, limit_bytes: int | None) -> None:
        self._size_bytes = size_bytes
        self._chunk_bytes = chunk_bytes
        self._loop = loop and size_bytes > 0
        most = None if self._loop else size_bytes
        limits = [limit for limit in (limit_bytes, most) if limit is not None]
        self._left = min(limits) if limits else None
        self._position = 0

    def begin(self) -> None:  # noqa: B027 - most sources have read ahead when they were made
        """Read ahead: the connection is about to open."""

    def end(self) -> None:  # noqa: B027 - most sources hold nothing
        """Let go of what was read: the connection has ended."""

    def next_bytes(self) -> int:
        """Size of the next chunk; 0 when the audio has ended."""
        return self._chunk_bytes if self._left is None else min(self._chunk_bytes, self._left)

    def take(self) -> bytes | None:
        """The next chunk, which is then behind; None while it is still being read from disk."""
        wanted, position, parts = self.next_bytes(), self._position, []
        while wanted:
            part = self._read(position, min(wanted, self._size_bytes - position))
            if part is None:
                return None
            parts.append(part)
            wanted -= len(part)
            position = (position + len(part)) % self._size_bytes
        self.skip()
        return b"".join(parts) if len(parts) > 1 else parts[0]

    def skip(self) -> None:
        """Leave the next chunk out."""
        self._advance(self.next_bytes())

    def _advance(self, size: int) -> None:
        self._position = (self._position + size) % max(1, self._size_bytes) if self._loop else self._position + size
        if self._left is not None:
            self._left -= size

    @abstractmethod
    def _read(self, position: int, size: int) -> bytes | None:
        """The bytes from `position` on, at most `size` and at least one; None while they are being read."""


class BlockReader(Protocol):
    """A recording on disk, whose blocks of `BLOCK_BYTES` are read on other threads; what they lack is silence."""

    size_bytes: int
    silence_byte: bytes

    def read(self, index: int) -> Future[bytes]:
        """Begin to read a block; a failure is a `ProblemError`."""


class SharedChunks:
    """Newest chunks cut from one recording. Connections that send it a little later get the same bytes object.

    What is computed of a chunk (`aws.stream.sdk_plugins`) is then computed once for all of them.
    """

    def __init__(self) -> None:
        self.chunks: dict[tuple[int, int], bytes] = {}
        """By position and size, the oldest first."""

    def cut(self, block: bytes, start: int, end: int, position: int) -> bytes:
        """Keep the bytes of `block` from `start` to `end`, which are those at `position` of the recording."""
        if len(self.chunks) >= SHARED_CHUNKS:
            del self.chunks[next(iter(self.chunks))]
        chunk = self.chunks[position, end - start] = block[start:end]
        return chunk


class DiskChunkSource(FileChunks):
    """Chunks of a recording on disk: the block that is being sent and the next one are in memory.

    A block that cannot be read is sent as silence, so that the audio keeps its time, and `on_problem` is called.
    """

    def __init__(
        self,
        reader: BlockReader,
        chunk_bytes: int,
        on_problem: Callable[[Problem], None],
        *,
        loop: bool,
        limit_bytes: int | None,
        shared: SharedChunks | None = None,
    ) -> None:
        """With `shared` other connections send the same recording."""
        super().__init__(reader.size_bytes, chunk_bytes, loop=loop, limit_bytes=limit_bytes)
        self._reader = reader
        self._on_problem = on_problem
        self._shared = shared
        self._reading: dict[int, Future[bytes]] = {}
        self._block = b""
        """The block that is being sent, once it was read without an error."""
        self._block_at = 0
        self._prepare()

    def take(self) -> bytes | None:
        """The next chunk, which is then behind; None while it is still being read from disk."""
        position, left, size = self._position, self._left, self._chunk_bytes
        if left is not None and left < size:
            size = left
        start = position - self._block_at
        end = start + size
        if start < 0 or end > len(self._block):
            return self._take_across()
        # As `_advance`, but for a step that ends in the present block.
        position_after = position + size
        self._position = 0 if position_after == self._size_bytes and self._loop else position_after
        if left is not None:
            self._left = left - size
        if self._shared is None:
            return self._block[start:end]
        return self._shared.chunks.get((position, size)) or self._shared.cut(self._block, start, end, position)

    def _take_across(self) -> bytes | None:
        """Take a chunk that the present block does not hold, or not to its end."""
        needed = self._prepare()
        if not all(self._reading[index].done() for index in needed):
            return None
        chunk = super().take()
        index = self._position // BLOCK_BYTES
        reading = self._reading.get(index)
        is_read = reading is not None and reading.done() and reading.exception() is None
        self._block = reading.result() if reading is not None and is_read else b""
        self._block_at = index * BLOCK_BYTES
        return chunk

    def end(self) -> None:
        """Let go of what was read: the connection has ended."""
        self._reading.clear()

    def _prepare(self) -> list[int]:
        """Have the blocks of the next chunk and of one block's length after it read. Returns those of the chunk."""
        size = self.next_bytes()
        needed = self._blocks_of(self._position, size)
        wanted = dict.fromkeys([*needed, *self._blocks_of(self._position + size, BLOCK_BYTES)])
        if self._reading.keys() != wanted.keys():
            self._reading = {index: self._reading.get(index) or self._reader.read(index) for index in wanted}
        return needed

    def _blocks_of(self, start: int, size: int) -> list[int]:
        """Indices of the blocks that hold these bytes; in a loop what is beyond the end is at the beginning."""
        end = start + size if self._loop else min(start + size, self._size_bytes)
        if start >= end:
            return []
        positions = [*range(start, end, BLOCK_BYTES), end - 1]
        if start < self._size_bytes < end:  # the last block may be shorter than a step
            positions += [self._size_bytes - 1, 0]
        return list(dict.fromkeys(position % self._size_bytes // BLOCK_BYTES for position in positions))

    def _read(self, position: int, size: int) -> bytes | None:
        index, offset = divmod(position, BLOCK_BYTES)
        size = min(size, BLOCK_BYTES - offset)
        try:
            part = self._reading[index].result()[offset : offset + size]
        except ProblemError as error:
            self._on_problem(error.problem)
            part = b""
        return part + self._reader.silence_byte * (size - len(part))
