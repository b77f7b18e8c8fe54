"""What one stream hands to the network thread, and what of it the connection has not taken yet.

The common runtime's own `write_data` makes a future, with its lock and condition, and a wrapper for each chunk, and
its thread runs four Python functions to read it. That thread waits for Python's lock each time. Measured at 150
streams, it is a sixth of what a chunk costs; nobody waits for these futures. So chunks go through the binding that
`write_data` itself calls, where it is there as in the version that this project is locked to, and else through
`write_data`. Everything but the completion of a write runs on the event loop's thread.
"""

from __future__ import annotations

import io
import time
from concurrent.futures import Future as ThreadFuture
from typing import Any

try:
    import _awscrt  # type: ignore[import-not-found]
except ImportError:  # an awscrt that is built in another way
    _awscrt = None

_LEAN = hasattr(_awscrt, "http2_client_stream_write_data") and hasattr(_awscrt, "input_stream_new")


class _Chunk(io.BytesIO):
    """A chunk as the binding reads it: like `awscrt.io.InputStream`, with no Python function in between."""

    _read_into_memoryview = io.BytesIO.readinto

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._binding = _awscrt.input_stream_new(self)


class SendQueue:
    """The writes of one HTTP/2 stream, in order. What the binding raises comes out of the write methods."""

    def __init__(self) -> None:
        # Both are short; an empty deque has half a kilobyte, and there are two a stream.
        self._waiting: list[tuple[int, float]] = []
        # One entry a write that is done; the network thread appends, in the order of the writes.
        self._done: list[int] = []
        self._end: ThreadFuture[None] | None = None

    def write(self, stream: Any, data: bytes) -> None:
        """Hand over one chunk; never blocks."""
        if _LEAN:
            _awscrt.http2_client_stream_write_data(stream, _Chunk(data), False, self._done.append)
        else:
            stream.write_data(io.BytesIO(data)).add_done_callback(lambda _: self._done.append(0))
        self._forget_done()
        self._waiting.append((len(data), time.monotonic()))

    def write_end(self, stream: Any) -> None:
        """An empty DATA frame with END_STREAM."""
        self._end = stream.write_data(None, True)
        self._end.add_done_callback(lambda _: self._done.append(0))
        self._waiting.append((0, time.monotonic()))

    def clear(self) -> None:
        """The stream is over: nothing waits any more."""
        self._waiting.clear()
        self._end = None

    @property
    def end(self) -> ThreadFuture[None] | None:
        """Done when the end that was written, and so all before it, has left; None while the end is not written, and
        when the stream is over."""
        return self._end

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the connection has not taken: its flow-control window or its socket is shut."""
        self._forget_done()
        return sum(size for size, _ in self._waiting)

    @property
    def oldest_unsent_s(self) -> float:
        """Age in seconds of the oldest write that has not been taken; 0 if there is none."""
        self._forget_done()
        return time.monotonic() - self._waiting[0][1] if self._waiting else 0.0

    def _forget_done(self) -> None:
        n = min(len(self._done), len(self._waiting))
        del self._done[:n], self._waiting[:n]
