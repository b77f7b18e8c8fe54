"""The way from a session's callbacks to the wire: one queue and one writer per stream."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

from flux_desktop.local_endpoint.faults.faults import STALL_AFTER_S, Faults

EXACT_STREAMS_MAX = 10
ROUNDING_S = 0.0015
_DRIP_BYTES = 16


class WriteQueue:
    """Frames in, in order; `write_until_closed` takes them out. One event loop, one writer."""

    def __init__(self, faults: Faults, heard_s: Callable[[], float], streams_open: Callable[[], int]) -> None:
        self._delay_s = (faults.value("delay-ms") or 0) / 1000
        self._stall_s = (faults.value("stall-ms") or 0) / 1000
        self._silent_after_s = faults.value("silent-after")
        self._drip_bytes_per_s = faults.value("drip")
        self._heard_s = heard_s
        self._streams_open = streams_open
        self._frames: deque[tuple[float, bytes]] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        self._arrived_s: float | None = None

    @contextlib.contextmanager
    def answering(self, arrived_s: float) -> Iterator[None]:
        """What is put meanwhile answers what arrived at that moment: a chosen delay counts from there."""
        self._arrived_s = arrived_s
        try:
            yield
        finally:
            self._arrived_s = None

    def put(self, frame: bytes) -> None:
        """Send a frame as soon as the chosen faults allow."""
        if not frame or self._closed or (self._silent_after_s is not None and self._heard_s() > self._silent_after_s):
            return
        due_s = 0.0
        if self._delay_s:
            due_s = self._delay_s + (time.monotonic() if self._arrived_s is None else self._arrived_s)
        self._frames.append((due_s, frame))
        self._wake.set()

    def close(self) -> None:
        """Send what is queued, then end."""
        self._closed = True
        self._wake.set()

    async def write_until_closed(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Hand everything to `write` in order; returns after `close` once nothing is left.

        Cancelling drops what is queued. What `write` raises when the client is gone comes out of here.
        """
        while True:
            if not self._frames:
                if self._closed:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            due_s, frame = self._frames.popleft()
            await self._hold_back(due_s)
            if self._drip_bytes_per_s:
                await self._drip(frame, self._drip_bytes_per_s, write)
            else:
                await write(frame)

    @staticmethod
    async def _drip(frame: bytes, bytes_per_s: float, write: Callable[[bytes], Awaitable[None]]) -> None:
        for at in range(0, len(frame), _DRIP_BYTES):
            piece = frame[at : at + _DRIP_BYTES]
            await write(piece)
            await asyncio.sleep(len(piece) / bytes_per_s)

    async def _hold_back(self, due_s: float) -> None:
        # The loop's timers are rounded up to milliseconds. With few streams the last one is waited for exactly, so that
        # a client's clocks can be held against this one; with many that would cost more than it is worth.
        exact = self._streams_open() <= EXACT_STREAMS_MAX
        if due_s and (wait_s := due_s - time.monotonic() - (ROUNDING_S if exact else 0.0)) > 0:
            await asyncio.sleep(wait_s)
        while exact and time.monotonic() < due_s:  # noqa: ASYNC110 - only the clock tells of that moment
            await asyncio.sleep(0)
        if self._stall_s and self._heard_s() >= STALL_AFTER_S:
            stall_s, self._stall_s = self._stall_s, 0.0
            await asyncio.sleep(stall_s)
