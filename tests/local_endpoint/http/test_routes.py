"""Requests to the application, with fake streams: where each goes, what is refused, and that none affects others."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from flux_desktop.aws.wire.sigv4 import amz_date, canonical_request, request_signature, scope
from flux_desktop.local_endpoint.faults import capacity
from flux_desktop.local_endpoint.faults.capacity import Capacity
from flux_desktop.local_endpoint.http import routes
from flux_desktop.local_endpoint.http.endpoint_state import EndpointState
from flux_desktop.local_endpoint.http.routes import Routes
from flux_desktop.local_endpoint.http.write_queue import ROUNDING_S
from tests.local_endpoint.fake_request import HOST, FakeScope, FakeStream, silent_endpoint, stream_request
from tests.waiting import PATIENCE_S


async def answer_to(state: EndpointState, head: FakeScope, body: bytes = b"") -> FakeStream:
    """The whole answer to a request that is no stream."""
    stream = FakeStream()
    stream.receive(body)
    stream.end_input(signed=False)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        await Routes(state, group).__rsgi__(head, stream)
    return stream


@asynccontextmanager
async def open_stream(state: EndpointState, **changed: Any) -> AsyncIterator[FakeStream]:
    """A stream while it is served; its client disconnects at the end."""
    head, stream = stream_request(state, **changed)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        serving = group.create_task(Routes(state, group).__rsgi__(head, stream))
        yield stream
        stream.disconnect()
        await serving
        assert stream.headers.get("x-amzn-requestid") not in state.conversations, (
            "a request lasts as long as its stream"
        )


def signed_call(state: EndpointState, method: str, path: str, body: bytes = b"", **headers: str) -> FakeScope:
    """A signed request of the control plane."""
    stamp = amz_date(int(time.time()))
    signed = {"host": HOST, "x-amz-date": stamp, **headers}
    names, payload = sorted(signed), hashlib.sha256(body).hexdigest()
    canonical = canonical_request(method, path, "", signed, names, payload)
    signature = request_signature(state.secret_key, stamp, state.region, "sagemaker", canonical)
    credential = f"{state.access_key}/{scope(stamp[:8], state.region, 'sagemaker')}"
    del signed["host"]
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return FakeScope(method, path, signed)


# ---------------------------------------------------------------- other requests


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/favicon.ico"),
        ("POST", "/endpoints/local/invocations"),
        ("GET", "/endpoints/local/invocations-bidirectional-stream"),
    ],
)
async def test_an_unknown_path_is_not_found(method: str, path: str) -> None:
    answer = await answer_to(silent_endpoint(), FakeScope(method, path))
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    assert path.encode() in answer.body


async def test_the_status_is_for_holders_of_the_keys_only() -> None:
    state = silent_endpoint("delay-ms=1", capacity=Capacity(24, "refuse"))
    state.late_s.extend(each / 1000 for each in range(1, 101))
    answer = await answer_to(state, signed_call(state, "GET", "/local/status"))
    status = msgspec.json.decode(answer.body)
    assert answer.status == 200
    assert (status["faults"], status["capacity"], status["beyond"]) == (["delay-ms"], 24, "refuse")
    assert status["delays_late_ms"] == {"n": 100, "p50": 50.0, "p95": 95.0, "p99": 99.0}
    refused = await answer_to(state, FakeScope("GET", "/local/status"))
    assert (refused.status, b"streams_open" in refused.body) == (403, False)


async def test_calls_of_the_control_plane_are_answered_when_signed_and_not_expired() -> None:
    target = {"x-amz-target": "SageMaker.DescribeEndpoint"}
    body = b'{"EndpointName":"local"}'
    state = silent_endpoint()
    answer = await answer_to(state, signed_call(state, "POST", "/", body, **target), body)
    assert (answer.status, msgspec.json.decode(answer.body)["EndpointStatus"]) == (200, "InService")
    changed = await answer_to(state, signed_call(state, "POST", "/", body, **target), b'{"EndpointName":"other"}')
    assert changed.status == 403
    expired = silent_endpoint("expired-token")
    answer = await answer_to(expired, signed_call(expired, "POST", "/", body, **target), body)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "ExpiredTokenException")


# ---------------------------------------------------------------- streams


async def test_a_stream_is_served_and_counted_while_it_is_open() -> None:
    state = silent_endpoint()
    async with open_stream(state) as stream:
        await stream.has_frames(1)
        assert (stream.status, stream.messages[0]["type"]) == (200, "Connected")
        assert list(state.conversations) == [stream.headers["x-amzn-requestid"]]
        stream.receive_audio(0.24)
        await stream.has_frames(2)
        assert stream.messages[1]["event"] == "Update"
        stream.receive_text({"type": "CloseStream"})
        stream.end_input()
        await stream.has_frames(3)
    assert (state.conversations, state.streams_opened, state.chunks) == ({}, 1, 4)


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"endpoint": "absent"}, 400, "ValidationError"),
        ({"endpoint": "flux-multi-broken-demo"}, 400, "ValidationError"),
        ({"query": "model=nova-3&encoding=linear16&sample_rate=16000"}, 424, "ModelError"),
        ({"query": "model=flux-general-en"}, 424, "ModelError"),
    ],
)
async def test_a_stream_that_cannot_be_served_is_refused(changed: dict[str, str], status: int, error: str) -> None:
    state = silent_endpoint()
    async with open_stream(state, **changed) as stream:
        pass
    assert (stream.status, stream.headers["x-amzn-errortype"]) == (status, error)
    assert state.streams_opened == 0


async def test_a_request_that_is_not_signed_is_refused() -> None:
    state = silent_endpoint()
    head, stream = stream_request(state)
    del head.headers["authorization"]
    async with asyncio.TaskGroup() as group:
        await Routes(state, group).__rsgi__(head, stream)
    assert stream.status == 403


async def test_a_full_endpoint_refuses_the_next_stream_until_one_ends() -> None:
    state = silent_endpoint(capacity=Capacity(2, "refuse"))
    async with open_stream(state) as first:
        await first.has_frames(1)
        async with open_stream(state) as second:
            await second.has_frames(1)
            async with open_stream(state) as third:
                pass
            assert (third.status, third.headers["x-amzn-errortype"]) == (429, "ThrottlingException")
        async with open_stream(state) as fourth:
            await fourth.has_frames(1)
            assert fourth.status == 200
    assert state.streams_opened == 3


async def test_above_a_cliff_every_stream_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "CLIFF_S", 0.3)
    state = silent_endpoint(capacity=Capacity(1, "cliff"))
    async with open_stream(state) as first:
        await first.has_frames(1)
        (first_id,) = state.conversations
        assert state.delay_s(first_id) == 0.0
        async with open_stream(state) as second:
            await asyncio.sleep(0)
            started_s = time.monotonic()
            first.receive_audio(0.24)
            await asyncio.gather(first.has_frames(2), second.has_frames(1))
            assert time.monotonic() - started_s >= 0.3 - ROUNDING_S
            assert (second.messages[0]["type"], state.delay_s(first_id)) == ("Connected", 0.3)
        assert state.delay_s(first_id) == 0.0


async def test_a_connection_to_be_reset_gets_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    ports: list[int] = []
    monkeypatch.setattr(routes, "reset_connection", ports.append)
    async with open_stream(silent_endpoint("die-before-headers")) as stream:
        pass
    assert (stream.status, ports) == (0, [50000])


async def test_an_internal_error_in_one_stream_ends_that_stream_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state = silent_endpoint()
    async with open_stream(state) as healthy:
        await healthy.has_frames(1)
        with monkeypatch.context() as patch:
            patch.setattr(routes, "StreamServer", lambda *_: 1 / 0)
            async with open_stream(state):
                pass
        healthy.receive_audio(0.24)
        await healthy.has_frames(2)
    assert "Internal error in a stream to local." in caplog.text
