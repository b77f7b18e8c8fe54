"""A stepped clock with timers, and a sink for audio: what senders need instead of an event loop and a stream."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.sending.file_sender import FileSender
from flux_desktop.engine.sending.microphone_sender import MicrophoneSender
from tests.engine.sending.memory_chunks import MemoryChunkSource

CHUNK_S = 0.08
CHUNK = b"\x01\x02" * 1280
"""80 ms at 16 kHz."""


class Timer:
    """What `call_later` returns."""

    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class SteppedLoop:
    """The `Timers` of a loop whose time passes only in `step`."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self._timers: list[tuple[float, int, Timer, Callable[..., float | None], tuple[Any, ...]]] = []
        self._order = count()

    def call_later(self, delay_s: float, callback: Callable[..., float | None], *arguments: Any) -> Timer:
        assert delay_s >= 0
        timer = Timer()
        heapq.heappush(self._timers, (self.now_s + delay_s, next(self._order), timer, callback, arguments))
        return timer

    def call_at(self, moment_s: float, callback: Callable[..., float | None]) -> Timer:
        return self.call_later(max(0.0, moment_s - self.now_s), callback)

    def step(self, seconds: float) -> None:
        """Let time pass; each timer is called at its moment."""
        until_s = self.now_s + seconds
        while self._timers and self._timers[0][0] <= until_s + 1e-9:
            due_s, _, timer, callback, arguments = heapq.heappop(self._timers)
            if not timer.is_cancelled:
                self.now_s = max(self.now_s, due_s)
                again_s = callback(*arguments)
                if again_s is not None and not timer.is_cancelled:
                    heapq.heappush(self._timers, (max(self.now_s, again_s), next(self._order), timer, callback, ()))
        self.now_s = until_s

    @property
    def is_idle(self) -> bool:
        """Whether no timer is left."""
        return all(timer.is_cancelled for _, _, timer, _, _ in self._timers)


class FakeStream:
    """Keeps each chunk and the moment at which it was sent; `failure` is raised instead, once set."""

    def __init__(self, loop: SteppedLoop) -> None:
        self.sent: list[tuple[float, bytes]] = []
        self.failure: Exception | None = None
        self._loop = loop

    def send_audio(self, chunk: bytes) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((round(self._loop.now_s - 100.0, 6), chunk))

    @property
    def moments_s(self) -> list[float]:
        return [moment_s for moment_s, _ in self.sent]

    @property
    def chunks(self) -> list[bytes]:
        return [chunk for _, chunk in self.sent]


class Sending:
    """A sender on a stepped clock and a fake stream, with everything that it reports."""

    def __init__(self, *, settled_s: float = 0.16, silence_max_s: float = 1.0) -> None:
        self.loop = SteppedLoop()
        self.stream = FakeStream(self.loop)
        self.pacing = Histogram()
        self.reports: list[str] = []
        self.errors: list[Exception] = []
        self.begun_s: list[float] = []
        self._callbacks: dict[str, Any] = {
            "silence_max_s": silence_max_s,
            "settled": lambda silent_s: silent_s >= settled_s - 1e-9,
            "on_begin": self.begun_s.append,
            "on_audio_end": lambda: self.reports.append("audio end"),
            "on_done": lambda: self.reports.append("done"),
            "on_error": self.errors.append,
        }

    def file(self, audio: bytes = CHUNK * 3, **plan: Any) -> FileSender:
        source = MemoryChunkSource(audio, len(CHUNK), loop=False, limit_bytes=None)
        run_plan = RunPlan(endpoint="e", source=WavSource(path="x.wav"), **plan)
        return FileSender(run_plan, source, self._clock, self.pacing, **self._callbacks)

    def microphone(self, duration_s: float | None = None, **plan: Any) -> MicrophoneSender:
        run_plan = RunPlan(endpoint="e", source=MicrophoneSource(), **plan)
        return MicrophoneSender(run_plan, duration_s, self._clock, self.pacing, **self._callbacks)

    def start(self, sender: FileSender | MicrophoneSender) -> None:
        sender.start(self.stream, self.loop)  # type: ignore[arg-type]

    def speak(self, sender: MicrophoneSender, frames: int) -> None:
        """Capture frames, numbered by their first byte, in real time."""
        for _ in range(frames):
            self.loop.step(CHUNK_S)
            number = round((self.loop.now_s - 100.0) / CHUNK_S) % 256
            sender.push(bytes([number]) * len(CHUNK), self.loop.now_s)

    def _clock(self) -> float:
        return self.loop.now_s
