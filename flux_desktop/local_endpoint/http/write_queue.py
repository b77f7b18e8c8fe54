"""Event-stream frames on their way from a conversation's callbacks to the wire: one queue and one writer per stream.

Frames that are due at once are written at the end of a wake-up, without waking the writer, which would cost more.
The timing faults act here, since each of them is about when a frame is written.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from flux_desktop.local_endpoint.faults.faults import STALL_AFTER_S, Faults

EXACT_STREAMS_MAX = 10
"""Up to this many open streams, delays are exact to well below a millisecond."""
ROUNDING_S = 0.0015
_DRIP_BYTES = 16

Write = Callable[[bytes], None]


class WriteTiming(NamedTuple):
    """What a writer asks about time and load. `now_s` and `sleep` belong to the same clock."""

    audio_s: Callable[[], float]
    """Seconds of audio that the stream has received."""
    open_streams: Callable[[], int]
    overload_s: Callable[[], float] | None = None
    """Delay of an endpoint above its capacity; None where it has no limit."""
    now_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    soon: Callable[[Callable[[], None]], None] = lambda call: call()
    """Makes a call when what the event loop was woken for is done."""
    late: Callable[[float], None] = lambda _late_s: None
    """Called for every delayed frame with how much later than its delay it was written, in seconds."""


class WriteQueue:
    """Frames in order; `write_until_closed` writes them. One event loop, one writer."""

    def __init__(self, faults: Faults, timing: WriteTiming) -> None:
        self._delay_s = (faults.value("delay-ms") or 0) / 1000
        self._stall_s = (faults.value("stall-ms") or 0) / 1000
        self._silent_after_s = faults.value("silent-after")
        self._drip_bytes_per_s = faults.value("drip")
        self._timing = timing
        self._frames: deque[tuple[float, bytes]] = deque()
        self._wake = asyncio.Event()
        self._write: Write | None = None
        """Set while the writer waits for frames and no fault changes when they are written."""
        self._is_punctual = not (self._stall_s or self._drip_bytes_per_s)
        self._closed = False
        self.delays = bool(self._delay_s) or timing.overload_s is not None
        """Whether frames may be delayed."""
        self.answered_s: float | None = None
        """When what is being answered was received: delays of the frames put meanwhile count from there."""

    def put(self, frame: bytes) -> None:
        """Queue a frame; it is dropped after `close` and where ``silent-after`` has taken effect."""
        timing = self._timing
        silent = self._silent_after_s is not None and timing.audio_s() > self._silent_after_s
        if not frame or self._closed or silent:
            return
        delay_s = self._delay_s if timing.overload_s is None else self._delay_s + timing.overload_s()
        due_s = 0.0
        if delay_s:
            due_s = delay_s + (timing.now_s() if self.answered_s is None else self.answered_s)
        self._frames.append((due_s, frame))
        if due_s or self._write is None:
            self._wake.set()
        elif len(self._frames) == 1:
            timing.soon(self._write_at_once)

    def _write_at_once(self) -> None:
        """Write what is queued before the first frame with a delay, unless the writer has taken over."""
        write, frames = self._write, self._frames
        if write is None:
            return
        try:
            while frames and not frames[0][0]:
                write(frames[0][1])
                frames.popleft()
        except (OSError, RuntimeError):  # the client has disconnected: the writer finds this too, and ends the stream
            self._wake.set()
            return
        if frames:
            self._wake.set()

    def close(self) -> None:
        """Write what is queued, then end."""
        self._closed = True
        self._wake.set()

    async def write_until_closed(self, write: Write) -> None:
        """Pass every frame to `write` in order; returns after `close` when none is left.

        Cancelling drops what is queued. An exception of `write`, as after the client has disconnected, is raised here.
        """
        while True:
            if not self._frames:
                if self._closed:
                    return
                self._wake.clear()
                self._write = write if self._is_punctual else None
                try:
                    await self._wake.wait()
                finally:
                    self._write = None
                continue
            due_s, frame = self._frames.popleft()
            await self._wait_until(due_s)
            if self._drip_bytes_per_s:
                await self._drip(frame, self._drip_bytes_per_s, write)
            else:
                if due_s:
                    self._timing.late(self._timing.now_s() - due_s)
                write(frame)

    async def _drip(self, frame: bytes, bytes_per_s: float, write: Write) -> None:
        for at in range(0, len(frame), _DRIP_BYTES):
            piece = frame[at : at + _DRIP_BYTES]
            write(piece)
            await self._timing.sleep(len(piece) / bytes_per_s)

    async def _wait_until(self, due_s: float) -> None:
        # The loop's timers are rounded up to milliseconds. With few streams the remainder is waited for exactly, so
        # that a client's latencies can be compared with the delay chosen here; with many that would cost too much.
        timing = self._timing
        exact = timing.open_streams() <= EXACT_STREAMS_MAX
        if due_s and (wait_s := due_s - timing.now_s() - (ROUNDING_S if exact else 0.0)) > 0:
            await timing.sleep(wait_s)
        while exact and timing.now_s() < due_s:
            await timing.sleep(0)
        if self._stall_s and timing.audio_s() >= STALL_AFTER_S:
            stall_s, self._stall_s = self._stall_s, 0.0
            await timing.sleep(stall_s)
