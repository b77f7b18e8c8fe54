"""An ended stream is freed at once, without the garbage collector."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator

from flux_desktop.aws.wire.event_stream import EventVerifier
from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.local_endpoint.conversation.validation import options_for
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings, EndpointState
from flux_desktop.local_endpoint.http.http_stream import StreamServer
from tests.local_endpoint.wire_client import QUERY


class ClosedClient:
    """A client that disconnects as soon as it has been answered, as the HTTP server presents it."""

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> ClosedClient:
        return self

    async def send_bytes(self, data: bytes) -> None:
        pass

    async def client_disconnect(self) -> None:
        pass

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""


async def test_an_ended_stream_is_freed_without_the_collector() -> None:
    state = EndpointState(EndpointSettings(), {}, [], Faults(), None)
    options = options_for(QUERY, BUNDLES["latest"])
    gc.collect()
    gc.disable()
    try:
        server = StreamServer(state, EventVerifier(state.secret_key, state.region, "0" * 64), options, 0)
        left = weakref.ref(server)
        await server.serve(ClosedClient())
        del server
        assert left() is None
    finally:
        gc.enable()
    assert state.conversations == {}
