"""What a connection needs of a transport: open a stream, send on it, hear its messages and its end, close it.

The implementation over Amazon SageMaker is wired in `engine.worker`; tests use a fake one. Everything is called on the
engine's event loop. `aws.target` holds the plain values that cross this seam.
"""

from __future__ import annotations

from typing import Protocol

from flux_desktop.aws.target import ConnectTimings, StreamListener


class OpenStream(Protocol):
    """One open stream. After its end everything sent raises `StreamClosedError`."""

    @property
    def timings(self) -> ConnectTimings:
        """How long opening took."""
        ...

    @property
    def aws_request_id(self) -> str:
        """The service's own identifier, empty where it gave none."""
        ...

    @property
    def invoked_variant(self) -> str:
        """The production variant that serves the stream, empty where unknown."""
        ...

    @property
    def oldest_unsent_s(self) -> float:
        """Age in seconds of the oldest audio that the network has not taken; 0 if there is none."""
        ...

    def send_audio(self, chunk: bytes) -> None:
        """Send one binary message; never blocks."""

    def send_text(self, text: str) -> None:
        """Send one JSON control message; never blocks."""

    def end_input(self) -> None:
        """Say that nothing more will be sent; harmless when repeated."""

    async def close(self) -> None:
        """Drop the stream, within two seconds; harmless when repeated or cancelled."""


class Transport(Protocol):
    """Opens the streams of a run."""

    async def open(self, query_string: str, listener: StreamListener) -> OpenStream:
        """Open one; raises `ProblemError` where that fails. The listener may be called from the return on."""
        ...

    async def close(self) -> None:
        """Close every stream that is still open, within two seconds; no more are opened."""
