"""Writes of one HTTP/2 stream that are on their way to the network thread, and how much of them is still unsent.

The common runtime's `write_data` creates a future, with its lock and condition, and a wrapper for each chunk, and its
thread runs four Python functions to read it, waiting for Python's global lock each time. At 150 streams that is a
sixth of the cost of a chunk (measured), for futures that nothing awaits. Chunks therefore use the private binding
that `write_data` itself calls, where it exists as in the locked version of awscrt, and `write_data` otherwise.
Everything but the completion of a write runs on the event loop's thread.
"""

from __future__ import annotations

import io
import logging
import time
from concurrent.futures import Future as ThreadFuture
from functools import cache
from typing import Any

try:
    import _awscrt  # type: ignore[import-not-found]
except ImportError:  # an awscrt with another structure
    _awscrt = None

_LOG = logging.getLogger(__name__)
_write_data: Any = getattr(_awscrt, "http2_client_stream_write_data", None)
_new_input_stream: Any = getattr(_awscrt, "input_stream_new", None)
_HAS_BINDING = _write_data is not None and _new_input_stream is not None


class _Chunk(io.BytesIO):
    """A chunk as the binding reads it: like `awscrt.io.InputStream`, with no Python function in between."""

    _read_into_memoryview = io.BytesIO.readinto
    _binding: Any


class SendQueue:
    """The writes of one HTTP/2 stream, in order. The write methods raise whatever the binding raises."""

    def __init__(self) -> None:
        # Both are short; an empty deque takes half a kilobyte, and every stream has two.
        self._waiting: list[tuple[int, float]] = []
        # One entry per completed write; the network thread appends, in the order of the writes.
        self._done: list[int] = []
        self._end: ThreadFuture[None] | None = None

    def write(self, stream: Any, data: bytes) -> None:
        """Hand over one chunk; never blocks."""
        if _HAS_BINDING:
            chunk = _Chunk(data)
            chunk._binding = _new_input_stream(chunk)
            _write_data(stream, chunk, False, self._done.append)
        else:
            _report_missing_binding()
            stream.write_data(io.BytesIO(data)).add_done_callback(lambda _: self._done.append(0))
        if self._done:
            self._drop_completed()
        self._waiting.append((len(data), time.monotonic()))

    def write_end(self, stream: Any) -> None:
        """An empty DATA frame with END_STREAM."""
        self._end = stream.write_data(None, True)
        self._end.add_done_callback(lambda _: self._done.append(0))
        self._waiting.append((0, time.monotonic()))

    def clear(self) -> None:
        """Discard everything: the stream has ended."""
        self._waiting.clear()
        self._end = None

    @property
    def end(self) -> ThreadFuture[None] | None:
        """Completes when everything up to `write_end` has been sent; None before `write_end` and after `clear`."""
        return self._end

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the connection has not accepted because its flow-control window or its socket is full."""
        self._drop_completed()
        return sum(size for size, _ in self._waiting)

    @property
    def oldest_unsent_s(self) -> float:
        """Age in seconds of the oldest write that has not been accepted; 0 if there is none."""
        self._drop_completed()
        return time.monotonic() - self._waiting[0][1] if self._waiting else 0.0

    def _drop_completed(self) -> None:
        n = min(len(self._done), len(self._waiting))
        del self._done[:n], self._waiting[:n]


@cache
def _report_missing_binding() -> None:
    """Log once per process that sending costs more CPU than it has to."""
    _LOG.warning("awscrt's private write binding is unavailable; sending costs about a sixth more CPU per chunk")
