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

from awscrt.exceptions import AwsCrtError

try:
    import _awscrt  # type: ignore[import-not-found]
except ImportError:  # an awscrt with another structure
    _awscrt = None

_LOG = logging.getLogger(__name__)
_write_data: Any = getattr(_awscrt, "http2_client_stream_write_data", None)
_new_input_stream: Any = getattr(_awscrt, "input_stream_new", None)
_HAS_BINDING = _write_data is not None and _new_input_stream is not None
_now_s = time.monotonic
_WAITING_LOOKED_AT = 64
"""Entries of the queue from which on each write looks for completed ones. Whoever asks for the queue's age, as the
engine does twice a second, looks before."""


class ChannelClosedError(Exception):
    """Write on a stream that the network has already ended; the sink receives the reason."""


class _Chunk(io.BytesIO):
    """A chunk as the binding reads it: like `awscrt.io.InputStream`, with no Python function in between."""

    __slots__ = ("_binding",)
    _read_into_memoryview = io.BytesIO.readinto
    _binding: Any


class SendQueue:
    """The writes of one HTTP/2 stream, in order, from `open` to `close`; before and after, it takes none.

    The write methods raise `ChannelClosedError` where the stream has ended.
    """

    __slots__ = ("_completed", "_done", "_end", "_waiting", "stream")

    def __init__(self) -> None:
        self.stream: Any = None
        """The open stream."""
        # Sizes and moments in turn. Both lists are short; an empty deque takes half a kilobyte.
        self._waiting: list[float] = []
        # One entry per completed write; the network thread appends, in the order of the writes.
        self._done: list[int] = []
        self._completed = self._done.append
        self._end: ThreadFuture[None] | None = None

    def open(self, stream: Any) -> None:
        """From now on writes go to `stream`."""
        self.stream = stream

    def close(self) -> None:
        """Discard everything: the stream has ended."""
        self.stream = self._end = None
        self._waiting.clear()

    def write(self, data: bytes) -> None:
        """Hand over one chunk; never blocks."""
        if self.stream is None:
            raise ChannelClosedError
        try:
            if _HAS_BINDING:
                chunk = _Chunk(data)
                chunk._binding = _new_input_stream(chunk)
                _write_data(self.stream, chunk, False, self._completed)
            else:
                _report_missing_binding()
                self.stream.write_data(io.BytesIO(data)).add_done_callback(lambda _: self._completed(0))
        except (AwsCrtError, RuntimeError) as error:  # the binding raises both kinds
            raise ChannelClosedError from error
        waiting = self._waiting
        waiting += (len(data), _now_s())
        if len(waiting) > _WAITING_LOOKED_AT:
            self._drop_completed()

    def write_end(self) -> None:
        """An empty DATA frame with END_STREAM."""
        if self.stream is None:
            raise ChannelClosedError
        try:
            self._end = self.stream.write_data(None, True)
        except (AwsCrtError, RuntimeError) as error:
            raise ChannelClosedError from error
        self._end.add_done_callback(lambda _: self._completed(0))
        self._waiting += (0, _now_s())

    @property
    def end(self) -> ThreadFuture[None] | None:
        """Completes when everything up to `write_end` has been sent; None before `write_end` and after `close`."""
        return self._end

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the connection has not accepted because its flow-control window or its socket is full."""
        self._drop_completed()
        return int(sum(self._waiting[::2]))

    @property
    def oldest_unsent_s(self) -> float:
        """Age in seconds of the oldest write that has not been accepted; 0 if there is none."""
        self._drop_completed()
        return _now_s() - self._waiting[1] if self._waiting else 0.0

    def _drop_completed(self) -> None:
        n = min(len(self._done), len(self._waiting) // 2)
        del self._done[:n], self._waiting[: 2 * n]


@cache
def _report_missing_binding() -> None:
    """Log once per process that sending costs more CPU than it has to."""
    _LOG.warning("awscrt's private write binding is unavailable; sending costs about a sixth more CPU per chunk")
