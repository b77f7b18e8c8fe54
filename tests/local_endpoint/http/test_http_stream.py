"""One stream's request with a fake stream: how it ends, what faults do to it, and that nothing of it is kept."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from flux_desktop.aws.wire.event_signatures import EventVerifier
from flux_desktop.aws.wire.event_stream import payload_part
from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.local_endpoint.conversation.validation import options_for
from flux_desktop.local_endpoint.http import http_stream
from flux_desktop.local_endpoint.http.http_stream import StreamServer, check_request
from tests.local_endpoint.fake_request import HOST, FakeStream, silent_endpoint, stream_request
from tests.local_endpoint.wire_client import QUERY
from tests.waiting import PATIENCE_S

AUDIO = payload_part(bytes(2560), "BINARY")
PEER_PORT = 50_000


@asynccontextmanager
async def served(*faults: str) -> AsyncIterator[FakeStream]:
    """A stream that is served until it ends by itself."""
    state = silent_endpoint(*faults)
    head, stream = stream_request(state)
    verifier, options = check_request(state, "local", head.path, {**head.headers, "host": HOST})
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        group.create_task(StreamServer(state, verifier, options, PEER_PORT).serve(stream))
        yield stream
    assert state.conversations == {}


def failure(stream: FakeStream) -> tuple[object, object]:
    """Kind and name of the error that the last frame is."""
    headers = stream.frames[-1].headers
    return headers.get(":message-type"), headers.get(":exception-type") or headers.get(":error-code")


async def test_a_signed_end_of_input_ends_the_stream() -> None:
    async with served() as stream:
        stream.receive_audio(0.24)
        stream.end_input()
    assert [m.get("event", m["type"]) for m in stream.messages] == ["Connected", "Update"]


async def test_an_input_cut_off_without_its_signed_last_event_is_reported() -> None:
    async with served() as stream:
        stream.receive_audio(0.24)
        stream.end_input(signed=False)
    assert failure(stream) == ("error", "InvalidSignatureException")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff" * 64, "SerializationException"),
        (AUDIO, "InvalidSignatureException"),
    ],
    ids=["not a frame", "not signed"],
)
async def test_data_that_cannot_be_verified_ends_the_stream_and_is_not_used(data: bytes, code: str) -> None:
    async with served() as stream:
        stream.receive(data)
    assert failure(stream) == ("error", code)
    assert len(stream.messages) == 1, "Connected only"


async def test_a_fragmented_message_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_stream, "_MAX_MESSAGE_BYTES", 4000)
    async with served() as stream:
        for _ in range(2):
            stream.receive_event(payload_part(bytes(2560), "BINARY", "PARTIAL"))
    assert failure(stream) == ("error", "ValidationException")


async def test_a_client_that_disconnects_ends_the_stream() -> None:
    async with served() as stream:
        await stream.has_frames(1)
        stream.disconnect()
    assert len(stream.frames) == 1


async def test_a_fault_that_resets_the_connection_ends_the_stream_without_a_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ports: list[int] = []
    monkeypatch.setattr(http_stream, "reset_connection", ports.append)
    async with served("cut-mid-stream=0.24") as stream:
        stream.receive_audio(0.24)
    assert ports == [PEER_PORT]
    assert [m.get("event", m["type"]) for m in stream.messages] == ["Connected", "Update"]


async def test_a_fault_that_continues_advances_the_sequence_ids() -> None:
    async with served("sequence-gap=0.24") as stream:
        stream.receive_audio(0.48)
        stream.end_input()
    assert [message["sequence_id"] for message in stream.messages] == [0, 1, 7]


async def test_a_fault_that_ends_the_stream() -> None:
    async with served("model-stream-error=0.08") as stream:
        stream.receive_audio(0.08)
    assert failure(stream) == ("exception", "ModelStreamError")


async def test_a_stream_that_is_never_connected_gets_headers_only() -> None:
    async with served("never-connected=100") as stream:
        stream.receive_audio(0.24)
        stream.end_input()
    assert (stream.status, stream.frames) == (200, [])


async def test_an_error_after_close_follows_the_answer() -> None:
    async with served("error-after-close") as stream:
        stream.receive_text({"type": "CloseStream"})
    assert [m.get("event", m["type"]) for m in stream.messages] == ["Connected", "Update"]
    assert failure(stream) == ("exception", "ModelStreamError")


async def test_a_stream_that_never_closes_ends_with_its_client() -> None:
    async with served("never-closes") as stream:
        stream.receive_text({"type": "CloseStream"})
        await stream.has_frames(2)
        stream.disconnect()
    assert len(stream.messages) == 2


class ClosedClient:
    """A client that disconnects as soon as it has been answered, as the HTTP server presents it."""

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> ClosedClient:
        return self

    async def send_bytes(self, data: bytes) -> None:
        pass

    async def client_disconnect(self) -> None:
        pass

    def __aiter__(self) -> ClosedClient:
        return self

    def __anext__(self) -> asyncio.Future[bytes]:
        raise StopAsyncIteration


async def test_an_ended_stream_is_freed_without_the_collector() -> None:
    state = silent_endpoint()
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


async def test_a_delay_counts_from_the_arrival_where_that_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    state = silent_endpoint("delay-ms=300")
    verifier = EventVerifier(state.secret_key, state.region, "0" * 64)
    server = StreamServer(state, verifier, options_for(QUERY, BUNDLES["latest"]), 0)
    counted_from: list[float | None] = []
    queue = server._write_queue
    monkeypatch.setattr(server, "_receive_other", lambda *_: counted_from.append(queue.answered_s) is None)
    assert server._receive(b"data", 12.5)
    assert server._receive(b"data", 0.0)
    assert counted_from[0] == 12.5
    assert 0 <= time.monotonic() - (counted_from[1] or 0.0) < 60
    assert queue.answered_s is None
