"""Chunks of several clips, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.sending.chunk_source import ChunkSource


class ClipSequence:
    """Chunks of several clips; the next clip is read ahead while the present one is being sent."""

    def __init__(
        self,
        clips: Sequence[Callable[[], ChunkSource]],
        limit_bytes: int | None,
        on_begin: Callable[[], None],
        on_clip: Callable[[int, int], None],
        on_end: Callable[[int], None],
    ) -> None:
        """`on_clip` gets a clip's place in the sequence and the bytes before it, `on_end` the place of an ended one.

        `on_begin` is called when the first clips are read.
        """
        self._clips = clips
        self._left = limit_bytes
        self._on_begin = on_begin
        self._on_clip = on_clip
        self._on_end = on_end
        self._place = 0
        self._sent_bytes = 0
        self._announced = -1
        self._begun: ChunkSource | None = None
        self._following: ChunkSource | None = None

    def begin(self) -> None:
        """Read the beginnings of the first two clips; of a connection that waits for its place nothing is read."""
        if self._begun is None:
            self._begun = self._clips[0]()
            self._following = self._clips[1]() if len(self._clips) > 1 else None
            self._on_begin()

    def end(self) -> None:
        """Let go of the clips that are in use."""
        for place, chunks in enumerate((self._begun, self._following), self._place):
            if chunks is not None:
                chunks.end()
                self._on_end(place)
        self._begun, self._following, self._clips = None, None, ()

    @property
    def _present(self) -> ChunkSource:
        self.begin()
        assert self._begun is not None
        return self._begun

    def next_bytes(self) -> int:
        """Size of the next chunk; 0 when the last clip has ended."""
        size = self._present.next_bytes()
        while not size and self._following is not None:
            self._on_end(self._place)
            self._place += 1
            self._begun = self._following
            self._following = self._clips[self._place + 1]() if self._place + 1 < len(self._clips) else None
            size = self._present.next_bytes()
        return size if self._left is None else min(size, self._left)

    def take(self) -> bytes | None:
        """The next chunk, which is then behind; None while it is still being read from disk."""
        size = self.next_bytes()
        if (chunk := self._present.take()) is None:
            return None
        self._count(size)
        return chunk[:size]

    def skip(self) -> None:
        """Leave the next chunk out."""
        size = self.next_bytes()
        self._present.skip()
        self._count(size)

    def _count(self, size: int) -> None:
        if self._announced != self._place:
            self._announced = self._place
            self._on_clip(self._place, self._sent_bytes)
        self._sent_bytes += size
        if self._left is not None:
            self._left -= size


class LeftOut:
    """In place of the chunks of a clip that cannot be decoded, where it has a connection of its own."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def begin(self) -> None:
        """Raises `ProblemError`."""
        raise ProblemError(self._problem)

    def end(self) -> None:
        """There is nothing to let go of."""

    def next_bytes(self) -> int:
        """There is no chunk."""
        return 0

    def take(self) -> bytes | None:
        """There is no chunk."""
        return None

    def skip(self) -> None:
        """There is no chunk."""
