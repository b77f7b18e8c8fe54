"""Sends one stream's audio at its pace: no task, future or lock a chunk, one timer a stream.

Runs on the engine's event loop. After the audio has ended it goes on with silence, because Flux moves only with
audio: without it the last end of turn would never come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from flux_desktop.engine.feed import SAMPLE_BYTES, Feed, silence
from flux_desktop.engine.metrics import Histogram
from flux_desktop.engine.pacing import BURST_MAX, EARLY_TOLERANCE_S, AudioClock
from flux_desktop.engine.plan import RunPlan

RECENT_CHUNKS = 750
"""Pacing errors kept for a connection's row and summary: about the last minute."""


class AudioSink(Protocol):
    """Where audio goes; `send_audio` neither blocks nor waits."""

    def send_audio(self, chunk: bytes) -> None:
        """Hand one chunk to the transport."""


class Sender:
    """Paces one stream by absolute deadlines from `origin_s` on.

    `settled` is asked while silence follows the audio: True ends the sending. `on_done` is called once, when
    nothing more is to be sent. `on_error` gets what `send_audio` raises; sending ends with it.
    """

    def __init__(
        self,
        plan: RunPlan,
        feed: Feed,
        clock: Callable[[], float],
        pacing: Histogram,
        *,
        silence_max_s: float,
        settled: Callable[[float], bool],
        on_done: Callable[[], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self.audio_clock = AudioClock()
        self.chunks_sent = 0
        self.sent_bytes = 0
        self.late_chunks = 0
        self.audio_end_s: float | None = None
        """Where the audio ended and silence began, in seconds of stream audio."""
        self.recent_errors_s: deque[float] = deque(maxlen=RECENT_CHUNKS)
        self.started_s: float | None = None
        options = plan.options
        self._chunk_s = plan.chunk_s
        self._bytes_per_s = options.sample_rate_hz * SAMPLE_BYTES[options.encoding]
        self._encoding = options.encoding
        self._feed = feed
        self._clock = clock
        self._pacing = pacing
        self._silence_max_s = silence_max_s
        self._settled = settled
        self._on_done = on_done
        self._on_error = on_error
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._sink: AudioSink | None = None
        self._next: bytes | None = None
        self._next_due_s = 0.0
        self._origin_s = 0.0

    def start(self, sink: AudioSink, loop: asyncio.AbstractEventLoop) -> None:
        """Begin now: this moment is the plan's origin."""
        self._sink, self._loop = sink, loop
        self._origin_s = self.started_s = self._clock()
        self._load_next()
        self._schedule(self._origin_s)

    def stop(self) -> None:
        """Send nothing more; idempotent. `on_done` is not called."""
        self._next = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._timer = None
        for _ in range(BURST_MAX):
            now_s = self._clock()
            if self._next is None or self._next_due_s > now_s + EARLY_TOLERANCE_S:
                break
            try:
                self._send(self._next)
            except Exception as error:
                self.stop()
                self._on_error(error)
                return
            self._load_next()
        if self._next is None:
            self._on_done()
        else:
            self._schedule(self._clock())

    def _send(self, chunk: bytes) -> None:
        assert self._sink is not None
        self._sink.send_audio(chunk)
        sent_s = self._clock()
        error_s = sent_s - self._next_due_s
        self.audio_clock.sent(len(chunk) / self._bytes_per_s, self._next_due_s, sent_s)
        self.chunks_sent += 1
        self.sent_bytes += len(chunk)
        self._pacing.add(error_s)
        self.recent_errors_s.append(error_s)
        if error_s > self._chunk_s / 2:
            self.late_chunks += 1

    def _load_next(self) -> None:
        chunk = self._feed.next_chunk() if self.audio_end_s is None else None
        if chunk is None:
            chunk = self._silent_chunk()
        self._next = chunk
        if chunk is not None:
            self._next_due_s = self._origin_s + self.audio_clock.audio_s + len(chunk) / self._bytes_per_s

    def _silent_chunk(self) -> bytes | None:
        audio_s = self.audio_clock.audio_s
        if self.audio_end_s is None:
            self.audio_end_s = audio_s
        silent_s = audio_s - self.audio_end_s
        if silent_s >= self._silence_max_s or self._settled(silent_s):
            return None
        samples = round(self._chunk_s * self._bytes_per_s / SAMPLE_BYTES[self._encoding])
        return silence(self._encoding, samples * SAMPLE_BYTES[self._encoding])

    def _schedule(self, now_s: float) -> None:
        assert self._loop is not None
        # Behind the plan: half a chunk on, so that catching up is gentle.
        wait_s = self._next_due_s - now_s if self._next_due_s > now_s else self._chunk_s / 2
        if self.chunks_sent == 0 and self._next_due_s <= now_s:
            wait_s = 0.0
        self._timer = self._loop.call_later(wait_s, self._tick)
