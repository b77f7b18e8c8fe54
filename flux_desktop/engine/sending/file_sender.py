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
        self._schedule(self._clock())

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

    def _tick(self) -> None:
        self._timer = None
        now_s = self._clock()
        for _ in range(BURST_MAX):
            if not self._next_bytes or self._next_due_s > now_s + EARLY_TOLERANCE_S:
                break
            if self._next is None and (chunk := self._chunks.take()) is not None:
                self._next = chunk
            if self._next is None:
                assert self._timers is not None
                self._timer = self._timers.call_later(NOT_READ_RETRY_S, self._tick)
                return
            sent_s = self._send(self._next, self._next_due_s)
            if sent_s is None:
                return
            now_s = sent_s
            self._plan_next()
        if not self._next_bytes:
            self.stop()
            self._on_done()
        else:
            self._schedule(now_s)

    def _plan_next(self) -> None:
        self._next = None
        self._next_bytes = self._chunks.next_bytes() if self.audio_end_s is None else 0
        if not self._next_bytes and (silent := self._silent_chunk()) is not None:
            self._next, self._next_bytes = silent, len(silent)
        if self._next_bytes:
            assert self.started_s is not None
            self._next_due_s = self.started_s + self._paced_s + self._next_bytes / self._bytes_per_s

    def _silent_chunk(self) -> bytes | None:
        first = self.audio_end_s is None
        if self._is_settled():
            return None
        # After a short last chunk the first silence fills it up, so that chunks stay on the plan's grid.
        short_bytes = round(self._paced_s * self._bytes_per_s) % len(self._silence) if first else 0
        chunk = self._silence[short_bytes:]
        return chunk if self._noise is None else self._noise.chunk(len(chunk))

    def _schedule(self, now_s: float) -> None:
        assert self._timers is not None
        moment_s = self._next_due_s
        if moment_s <= now_s:  # behind the plan: half a chunk on, so that catching up is gentle
            moment_s = now_s + self._chunk_s / 2 if self.chunks_sent else now_s
        self._timer = self._timers.call_at(moment_s, self._tick)
