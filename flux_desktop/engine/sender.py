"""Sends one stream's audio at its pace: no task, future or lock a chunk, one timer a stream.

Runs on the engine's event loop. After the audio has ended it goes on with silence, because Flux moves only with
audio: without it the last end of turn would never come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from flux_desktop.audio.encoding import sample_bytes
from flux_desktop.audio.wav import chunk_bytes
from flux_desktop.engine.feed import Feed, silence
from flux_desktop.engine.metrics import Histogram
from flux_desktop.engine.pacing import BURST_MAX, EARLY_TOLERANCE_S, AudioClock
from flux_desktop.engine.plan import RunPlan
from flux_desktop.flux.messages import TINY_KEEP_ALIVE

KEEPALIVE_S = 10.0
"""How often an idle stream gets a sample: live endpoints were seen to keep such a stream for minutes."""
RECENT_CHUNKS = 750
"""Pacing errors kept for a connection's row and summary: about the last minute."""


class AudioSink(Protocol):
    """Where audio goes; `send_audio` neither blocks nor waits."""

    def send_audio(self, chunk: bytes) -> None:
        """Hand one chunk to the transport."""


class Sender:
    """Paces one stream by absolute deadlines from `origin_s` on.

    `settled` is asked while silence follows the audio: True ends the sending. `on_audio_end` is called when the
    audio itself is through, `on_done` when nothing more is to be sent, each once. `on_error` gets what `send_audio`
    raises; sending ends with it.
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
        on_audio_end: Callable[[], None],
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
        """The plan's origin: the moment at which the audio began."""
        self.unplanned_s = 0.0
        """Keep-alive samples so far, in seconds of stream audio: the plan does not know them, the server does."""
        options = plan.options
        self._chunk_s = plan.chunk_s
        self._bytes_per_s = options.sample_rate_hz * sample_bytes(options.encoding)
        size = chunk_bytes(options.sample_rate_hz, plan.chunk_s, sample_bytes(options.encoding))
        self._silence = silence(options.encoding, size)
        self._tiny = TINY_KEEP_ALIVE[: sample_bytes(options.encoding)]
        self._idle_s = plan.idle_before_audio_s
        self._keepalive_s = plan.keepalive_interval_s
        self._feed = feed
        self._clock = clock
        self._pacing = pacing
        self._silence_max_s = silence_max_s
        self._settled = settled
        self._on_audio_end = on_audio_end
        self._on_done = on_done
        self._on_error = on_error
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._sink: AudioSink | None = None
        self._next: bytes | None = None
        self._next_due_s = 0.0
        self._origin_s = 0.0
        self._paced_s = 0.0
        self._keepalive_timer: asyncio.TimerHandle | None = None

    def start(self, sink: AudioSink, loop: asyncio.AbstractEventLoop) -> None:
        """Begin now, or after the plan's idle time: that moment is the origin."""
        self._sink, self._loop = sink, loop
        interval_s = self._keepalive_s or (KEEPALIVE_S if self._idle_s else None)
        if interval_s is not None:
            self._keepalive_timer = loop.call_later(interval_s, self._keep_alive, interval_s)
        if self._idle_s:
            self._timer = loop.call_later(self._idle_s, self._begin)
        else:
            self._begin()

    def stop(self) -> None:
        """Send nothing more; idempotent. `on_done` is not called."""
        self._next = None
        for timer in (self._timer, self._keepalive_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._keepalive_timer = None

    def pause(self) -> None:
        """Hold back what is due from now on; what was due meanwhile leaves late, and is counted so."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._keepalive_timer is not None:
            self._keepalive_timer.cancel()
            self._keepalive_timer = None

    def resume(self, sink: AudioSink) -> None:
        """Go on, from now on to `sink`."""
        assert self._loop is not None
        self._sink = sink
        if self._keepalive_s is not None:
            self._keepalive_timer = self._loop.call_later(self._keepalive_s, self._keep_alive, self._keepalive_s)
        self._schedule(self._clock())

    def _begin(self) -> None:
        if self._keepalive_s is None and self._keepalive_timer is not None:
            self._keepalive_timer.cancel()
        self._origin_s = self.started_s = self._clock()
        self._load_next()
        self._schedule(self._origin_s)

    def _keep_alive(self, interval_s: float) -> None:
        """One sample of silence: it keeps the stream, and moves the server's audio clock by that sample."""
        assert self._loop is not None
        self._keepalive_timer = self._loop.call_later(interval_s, self._keep_alive, interval_s)
        now_s = self._clock()
        if self._hand_over(self._tiny):
            self.audio_clock.sent(len(self._tiny) / self._bytes_per_s, now_s, now_s)
            self.unplanned_s += len(self._tiny) / self._bytes_per_s

    def _hand_over(self, chunk: bytes) -> bool:
        assert self._sink is not None
        try:
            self._sink.send_audio(chunk)
        except Exception as error:  # border: whatever the transport says ends this stream alone
            self.stop()
            self._on_error(error)
            return False
        self.sent_bytes += len(chunk)
        return True

    def _tick(self) -> None:
        self._timer = None
        for _ in range(BURST_MAX):
            now_s = self._clock()
            if self._next is None or self._next_due_s > now_s + EARLY_TOLERANCE_S:
                break
            if not self._send(self._next):
                return
            self._load_next()
        if self._next is None:
            self.stop()
            self._on_done()
        else:
            self._schedule(self._clock())

    def _send(self, chunk: bytes) -> bool:
        if not self._hand_over(chunk):
            return False
        sent_s = self._clock()
        error_s = sent_s - self._next_due_s
        duration_s = len(chunk) / self._bytes_per_s
        self._paced_s += duration_s
        self.audio_clock.sent(duration_s, self._next_due_s, sent_s)
        self.chunks_sent += 1
        self._pacing.add(error_s)
        self.recent_errors_s.append(error_s)
        if error_s > self._chunk_s / 2:
            self.late_chunks += 1
        return True

    def _load_next(self) -> None:
        chunk = self._feed.next_chunk() if self.audio_end_s is None else None
        if chunk is None:
            chunk = self._silent_chunk()
        self._next = chunk
        if chunk is not None:
            self._next_due_s = self._origin_s + self._paced_s + len(chunk) / self._bytes_per_s

    def _silent_chunk(self) -> bytes | None:
        audio_s = self.audio_clock.audio_s
        first = self.audio_end_s is None
        if self.audio_end_s is None:
            self.audio_end_s = audio_s
            self._on_audio_end()
        silent_s = audio_s - self.audio_end_s
        if silent_s >= self._silence_max_s or self._settled(silent_s):
            return None
        # After a short last chunk the first silence fills it up, so that chunks stay on the plan's grid.
        short_bytes = round(self._paced_s * self._bytes_per_s) % len(self._silence) if first else 0
        return self._silence[short_bytes:]

    def _schedule(self, now_s: float) -> None:
        assert self._loop is not None
        # Behind the plan: half a chunk on, so that catching up is gentle.
        wait_s = self._next_due_s - now_s if self._next_due_s > now_s else self._chunk_s / 2
        if self.chunks_sent == 0 and self._next_due_s <= now_s:
            wait_s = 0.0
        self._timer = self._loop.call_later(wait_s, self._tick)
