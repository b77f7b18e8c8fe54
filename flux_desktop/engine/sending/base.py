"""Base class of the senders: paces, counts and times the audio of one connection.

Runs on the engine's event loop, without a task, future or lock per chunk.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from flux_desktop.audio.encoding import chunk_bytes, decode, named, sample_bytes
from flux_desktop.audio.levels import measure
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.sending.chunk_source import silence
from flux_desktop.engine.sending.line_noise import LineNoise
from flux_desktop.engine.sending.pacing import AudioClock, is_late
from flux_desktop.engine.sending.shared_timers import Timer, Timers
from flux_desktop.flux.messages import TINY_KEEP_ALIVE

KEEPALIVE_S = 10.0
"""Interval of the samples sent on an idle stream. Live endpoints kept such a stream open for minutes."""
RECENT_CHUNKS = 750
"""Chunks whose pacing errors are in a connection's row and summary: about the last minute."""

PAUSE_S = 0.4
SPEECH_MIN_DBFS = -45.0
"""Quieter audio counts as a pause; quiet speech is about 10 dB louder, line noise about 10 dB quieter."""


class AudioSink(Protocol):
    """Where audio goes; `send_audio` neither blocks nor waits."""

    def send_audio(self, chunk: bytes) -> None:
        """Hand one chunk to the transport."""


def _no_stream(_: bytes) -> None:
    raise RuntimeError("the sender has not been started")


class BaseSender(ABC):
    """Sends the audio of one connection, over one stream after another.

    After the planned audio, silence follows until `settled`, called with the seconds of silence so far, returns True,
    for at most `silence_max_s`. `on_begin` is called with the moment that the schedule of the audio counts from,
    `on_audio_end` at the end of the planned audio and `on_done` when nothing more is to be sent, once each. `on_error`
    gets what `send_audio` raises; sending is then paused.
    """

    def __init__(
        self,
        plan: RunPlan,
        clock: Callable[[], float],
        pacing: Histogram,
        *,
        silence_max_s: float,
        settled: Callable[[float], bool],
        on_begin: Callable[[float], None],
        on_audio_end: Callable[[], None],
        on_done: Callable[[], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self.audio_clock = AudioClock()
        self.chunks_sent = 0
        self.sent_bytes = 0
        self.late_chunks = 0
        self.skipped_s = 0.0
        """Seconds of audio that were due while there was no stream, and so were never sent."""
        self.audio_end_s: float | None = None
        """Where the audio ended, in seconds of stream audio."""
        self.started_s: float | None = None
        """When the audio began; all chunks are due relative to it."""
        self.unplanned_s = 0.0
        """Keep-alive samples so far, in seconds of stream audio. The server counts them; the schedule does not."""
        self._begins_s = 0.0
        options = plan.options
        self._encoding = options.encoding
        self._newest: deque[bytes] = deque(maxlen=max(1, round(PAUSE_S / plan.chunk_s)))
        self._chunk_s = plan.chunk_s
        self._late_s = plan.chunk_s / 2
        self._bytes_per_s = options.sample_rate_hz * sample_bytes(options.encoding)
        size = chunk_bytes(options.sample_rate_hz, plan.chunk_s, sample_bytes(options.encoding))
        self._silence = silence(options.encoding, size)
        self._noise = None
        if plan.line_noise_dbfs is not None:
            self._noise = LineNoise(plan.line_noise_dbfs, named(options.encoding))
        self._tiny = TINY_KEEP_ALIVE[: sample_bytes(options.encoding)]
        self._idle_s = plan.idle_before_audio_s
        self._keepalive_s = plan.keepalive_interval_s
        self._clock = clock
        self._pacing = pacing
        self._silence_max_s = silence_max_s
        self._settled = settled
        self._on_begin = on_begin
        self._on_audio_end = on_audio_end
        self._on_done = on_done
        self._on_error = on_error
        self._timers: Timers | None = None
        self._timer: Timer | None = None
        self._keepalive_timer: Timer | None = None
        self._send_audio: Callable[[bytes], None] = _no_stream
        self._paced_s = 0.0

    # ------------------------------------------------------------ life

    def start(self, sink: AudioSink, timers: Timers) -> None:
        """Begin now, or after the plan's idle time."""
        self._send_audio, self._timers = sink.send_audio, timers
        interval_s = self._keepalive_s or (KEEPALIVE_S if self._idle_s else None)
        if interval_s is not None:
            self._keepalive_timer = timers.call_later(interval_s, lambda: self._keep_alive(interval_s))
        self._begins_s = self._clock() + self._idle_s
        if self._idle_s:
            self._timer = timers.call_later(self._idle_s, self._begin)
        else:
            self._begin()

    def pause(self) -> None:
        """Hold back what is due from now on. After `resume` it is sent late and counted as late."""
        for timer in (self._timer, self._keepalive_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._keepalive_timer = None

    def resume(self, sink: AudioSink) -> None:
        """Continue, on `sink` from now on."""
        assert self._timers is not None
        self._send_audio = sink.send_audio
        interval_s = self._keepalive_s or (KEEPALIVE_S if self.started_s is None else None)
        if interval_s is not None:
            self._keepalive_timer = self._timers.call_later(interval_s, lambda: self._keep_alive(interval_s))
        if self.started_s is None:  # the idle time before the audio is not over
            self._timer = self._timers.call_later(max(0.0, self._begins_s - self._clock()), self._begin)
        else:
            self._continue()

    def lose(self) -> None:
        """The stream is lost: what is due until `skip_gap` falls into the gap and is not sent."""
        self.pause()

    def skip_gap(self) -> None:
        """End the gap: what was due in it counts as skipped, and the schedule continues. Call `resume` next."""
        if self.started_s is not None:
            self._skip_until(self._clock())

    def stop(self) -> None:
        """Send nothing more; idempotent. `on_done` is not called."""
        self.pause()
        self._end()

    def _begin(self) -> None:
        self._timer = None
        if self._keepalive_s is None and self._keepalive_timer is not None:
            self._keepalive_timer.cancel()
            self._keepalive_timer = None
        self.started_s = self._clock()
        self._continue()
        self._on_begin(self.started_s)

    @abstractmethod
    def _continue(self) -> None:
        """Begin, or continue after a pause."""

    @abstractmethod
    def _skip_until(self, now_s: float) -> None:
        """Skip all that was due until `now_s`."""

    @abstractmethod
    def _end(self) -> None:
        """Drop what was still to be sent."""

    # ------------------------------------------------------------ sending

    def _send(self, chunk: bytes, due_s: float) -> float | None:
        """Send a chunk that was due at `due_s` and count it; returns when, or None where the stream accepts no more."""
        try:
            self._send_audio(chunk)
        except Exception as error:  # boundary: an error of the transport ends this stream only
            self._refused(error)
            return None
        sent_s = self._clock()
        error_s = sent_s - due_s
        size_bytes = len(chunk)
        duration_s = size_bytes / self._bytes_per_s
        self._paced_s += duration_s
        self.audio_clock.sent(duration_s, due_s, sent_s, True)
        self.chunks_sent += 1
        self.sent_bytes += size_bytes
        self._pacing.add(error_s)
        self._newest.append(chunk)
        if error_s > self._late_s:
            self.late_chunks += 1
        return sent_s

    @property
    def recent_errors_s(self) -> NDArray[np.float64]:
        """Pacing errors of about the last minute, for a connection's row and summary."""
        return self.audio_clock.recent_errors_s(RECENT_CHUNKS)

    def was_late(self, period_s: float) -> bool:
        """Whether this machine did not keep pace with the newest audio of so many seconds."""
        return is_late(self.audio_clock.recent_errors_s(math.ceil(period_s / self._chunk_s)))

    @property
    def is_in_pause(self) -> bool:
        """Whether the newest `PAUSE_S` of audio sent hold no speech, judged by their level."""
        return measure(decode(b"".join(self._newest), named(self._encoding))).rms_dbfs < SPEECH_MIN_DBFS

    def _skip(self, size_bytes: int, due_s: float) -> None:
        """Advance the schedule and the audio time over a chunk that is not sent."""
        duration_s = size_bytes / self._bytes_per_s
        self._paced_s += duration_s
        self.skipped_s += duration_s
        self.audio_clock.sent(duration_s, due_s, due_s)

    def _is_settled(self) -> bool:
        """Whether enough silence has followed the audio; the first call marks its end."""
        audio_s = self.audio_clock.audio_s
        if self.audio_end_s is None:
            self.audio_end_s = audio_s
            self._on_audio_end()
        silent_s = audio_s - self.audio_end_s
        return silent_s >= self._silence_max_s or self._settled(silent_s)

    def _keep_alive(self, interval_s: float) -> None:
        """Send one sample of silence, which keeps the stream open and advances the server's audio clock by it."""
        assert self._timers is not None
        self._keepalive_timer = self._timers.call_later(interval_s, lambda: self._keep_alive(interval_s))
        now_s = self._clock()
        try:
            self._send_audio(self._tiny)
        except Exception as error:  # boundary, as in `_send`
            self._refused(error)
            return
        self.sent_bytes += len(self._tiny)
        self.audio_clock.sent(len(self._tiny) / self._bytes_per_s, now_s, now_s)
        self.unplanned_s += len(self._tiny) / self._bytes_per_s

    def _refused(self, error: Exception) -> None:
        """The stream accepts no more."""
        self.pause()
        self._on_error(error)
