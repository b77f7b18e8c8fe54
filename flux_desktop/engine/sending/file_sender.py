"""Sends a recording in real time, by absolute deadlines, with one timer per connection.

Silence follows the audio, because Flux advances with audio only: without it the last turn would never end. Runs on the
engine's event loop.
"""

from __future__ import annotations

from typing import Any

from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.sending.base import BaseSender
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.engine.sending.pacing import BURST_MAX, EARLY_TOLERANCE_S, grid_s, on_grid

NOT_READ_RETRY_S = 0.01
"""How long to wait for a chunk that was due before it was read from disk; it then leaves late, and is counted so."""


class FileSender(BaseSender):
    """Paces the chunks of `chunks`; the other arguments are those of `BaseSender`."""

    def __init__(self, plan: RunPlan, chunks: ChunkSource, *arguments: Any, **callbacks: Any) -> None:
        super().__init__(plan, *arguments, **callbacks)
        self._chunks = chunks
        self._grid_s = grid_s(plan.connections, plan.chunk_s)
        self._next_bytes = 0
        """Size of what is due next; 0 when nothing is left."""
        self._next: bytes | None = None
        """That chunk, once it was taken from `chunks`; silence is there at once."""
        self._next_due_s = 0.0

    def _continue(self) -> None:
        if self.chunks_sent == 0 and self.started_s is not None:
            self.started_s = on_grid(self.started_s, self._grid_s)
        if not self._next_bytes:
            self._plan_next()
        assert self._timers is not None
        self._timer = self._timers.call_at(self._moment_s(self._clock()), self._tick)

    def _skip_until(self, now_s: float) -> None:
        if not self._next_bytes:
            self._plan_next()
        while self._next_bytes and self._next_due_s <= now_s:
            if self._next is None:
                self._chunks.skip()
            self._skip(self._next_bytes, self._next_due_s)
            self._plan_next()

    def _end(self) -> None:
        self._next_bytes = 0
        self._next = None

    def _tick(self) -> float | None:
        """Send what is due; returns when to be called again."""
        now_s = self._clock()
        for _ in range(BURST_MAX):
            due_s = self._next_due_s
            if due_s > now_s + EARLY_TOLERANCE_S or not self._next_bytes:
                break
            chunk = self._next
            if chunk is None and (chunk := self._chunks.take()) is None:
                return now_s + NOT_READ_RETRY_S
            sent_s = self._send(chunk, due_s)
            if sent_s is None:
                self._next = chunk
                return None
            now_s = sent_s
            self._plan_next()
        if self._next_bytes:
            due_s = self._next_due_s
            return due_s if due_s > now_s else self._moment_s(now_s)
        self.stop()
        self._on_done()
        return None

    def _plan_next(self) -> None:
        self._next = None
        size_bytes = self._chunks.next_bytes() if self.audio_end_s is None else 0
        if not size_bytes and (silent := self._silent_chunk()) is not None:
            self._next, size_bytes = silent, len(silent)
        self._next_bytes = size_bytes
        if size_bytes:
            assert self.started_s is not None
            self._next_due_s = self.started_s + self._paced_s + size_bytes / self._bytes_per_s

    def _silent_chunk(self) -> bytes | None:
        first = self.audio_end_s is None
        if self._is_settled():
            return None
        # After a short last chunk the first silence fills it up, so that chunks stay on the plan's grid.
        short_bytes = round(self._paced_s * self._bytes_per_s) % len(self._silence) if first else 0
        chunk = self._silence[short_bytes:]
        return chunk if self._noise is None else self._noise.chunk(len(chunk))

    def _moment_s(self, now_s: float) -> float:
        """When what is next is sent."""
        if self._next_due_s > now_s:
            return self._next_due_s
        # Behind the plan: half a chunk on, so that catching up is gentle.
        return now_s + self._chunk_s / 2 if self.chunks_sent else now_s
