"""A request as the HTTP server hands it to the application, with neither socket nor TLS."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec

from flux_desktop.aws.wire.event_signatures import EventSigner
from flux_desktop.aws.wire.event_stream import Frame, FrameDecoder, payload_part
from flux_desktop.local_endpoint.faults.capacity import Capacity
from flux_desktop.local_endpoint.faults.faults import parse_faults
from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings, EndpointState
from flux_desktop.local_endpoint.recognition.pools import Pools
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import with_extra
from tests.local_endpoint.wire_client import QUERY, Keys, signed_stream_headers, stream_path

HOST = "127.0.0.1:8443"


def silent_endpoint(*faults: str, capacity: Capacity | None = None) -> EndpointState:
    """The state of an endpoint without recognition."""
    settings = EndpointSettings(recogniser="silent")
    return EndpointState(settings, with_extra([]), [], parse_faults(faults), Pools(), capacity)


@dataclass
class FakeScope:
    """The head of a request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    authority: str = HOST
    query_string: str = ""
    client: str = "127.0.0.1:50000"


@dataclass
class FakeStream:
    """Body and answer of a request. `receive` and `end_input` are the client's side."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    frames: list[Frame] = field(default_factory=list)
    signer: EventSigner | None = None
    _ended: bool = False
    _input: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    _closed: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _decoder: FrameDecoder = field(default_factory=FrameDecoder)

    # ------------------------------------------------------------ the server's view

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> FakeStream:
        self.status, self.headers = status, dict(headers)
        return self

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    async def send_bytes(self, data: bytes) -> None:
        self.frames += self._decoder.feed(data)
        self._changed.set()

    async def client_disconnect(self) -> None:
        await self._closed.wait()

    def __aiter__(self) -> FakeStream:
        return self

    def __anext__(self) -> asyncio.Future[bytes]:
        if self._ended:
            raise StopAsyncIteration
        return asyncio.ensure_future(self._next())

    async def _next(self) -> bytes:
        data = await self._input.get()
        self._ended = data is None
        return data or b""

    # ------------------------------------------------------------ the client's view

    def receive(self, data: bytes) -> None:
        self._input.put_nowait(data)

    def receive_audio(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.08)):
            self.receive_event(payload_part(bytes(2560), "BINARY"))

    def receive_event(self, inner: bytes) -> None:
        assert self.signer is not None
        self.receive(self.signer.sign(inner, int(time.time() * 1000)))

    def receive_text(self, message: dict[str, Any]) -> None:
        self.receive_event(payload_part(msgspec.json.encode(message), "UTF8"))

    def end_input(self, *, signed: bool = True) -> None:
        if signed:
            assert self.signer is not None
            self.receive(self.signer.finish(int(time.time() * 1000)))
        self._input.put_nowait(None)

    def disconnect(self) -> None:
        self._closed.set()

    async def has_frames(self, number: int) -> None:
        """Returns when that many frames have been sent."""
        while len(self.frames) < number:
            self._changed.clear()
            await self._changed.wait()

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(f.payload) for f in self.frames if f.headers.get(":event-type") == "PayloadPart"]


def stream_request(state: EndpointState, endpoint: str = "local", query: str = QUERY) -> tuple[FakeScope, FakeStream]:
    """A signed request for a stream, and its body."""
    keys = Keys(state.access_key, state.secret_key, state.region)
    headers, signer = signed_stream_headers(endpoint, HOST, keys, query)
    del headers["host"]
    return FakeScope("POST", stream_path(endpoint), headers), FakeStream(signer=signer)
