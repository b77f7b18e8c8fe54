"""Where a worker's events go: to the front end through standard output, and into the recording of the run."""

from __future__ import annotations

import asyncio

from flux_desktop.base.redaction import redact_values
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.records.events import Event, LevelMeasured, Received, Sent, encode_line

_OF_ONE_CONNECTION = (Received, Sent)
_OPTIONAL = (Received, Sent, LevelMeasured)
_BACKLOG_MAX_BYTES = 16 * 1024 * 1024
"""A front end that does not read loses watched messages and levels beyond this; the recording keeps them."""


class EventOutput:
    """Writes events as JSON lines to `out`, and to `recorder` while there is one. Runs on the worker's loop."""

    def __init__(self, out: asyncio.WriteTransport) -> None:
        self.recorder: Recorder | None = None
        self.watched: frozenset[int] | None = frozenset()
        """Connections whose messages the front end wants; None for all."""
        self._out = out

    def emit(self, event: Event) -> None:
        """Record an event and send it, except for messages of connections that are not watched."""
        line = encode_line(event)
        if self.recorder is not None:
            self.recorder.write(line)
        if isinstance(event, _OF_ONE_CONNECTION) and self.watched is not None and event.conn not in self.watched:
            return
        if isinstance(event, _OPTIONAL) and self._out.get_write_buffer_size() > _BACKLOG_MAX_BYTES:
            return
        self._write(line)

    def send(self, event: Event) -> None:
        """Send an event that does not belong into the recording."""
        self._write(encode_line(event))

    def record(self, event: Event | None) -> None:
        """Write an event into the recording alone."""
        if event is not None and self.recorder is not None:
            self.recorder.write(encode_line(event))

    def _write(self, line: bytes) -> None:
        if not self._out.is_closing():
            self._out.write(redact_values(line))
