"""Independent proof: the vendor's own SDK client, transport and signing, holds a whole conversation.

Nothing of this project is on the client's side but the trust in the authority's file.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aws_sdk_sagemaker_runtime_http2.client import AsyncSageMakerRuntimeHTTP2Client
from aws_sdk_sagemaker_runtime_http2.config import AsyncSageMakerRuntimeHTTP2Config
from aws_sdk_sagemaker_runtime_http2.models import (
    InvokeEndpointWithBidirectionalStreamInput,
    ModelError,
    RequestPayloadPart,
    RequestStreamEventPayloadPart,
)
from awscrt.io import ClientTlsContext, TlsContextOptions
from smithy_core.exceptions import CallError
from smithy_http.aio.crt import AWSCRTHTTPClient, AWSCRTHTTPClientConfig

from tests.waiting import PATIENCE_S

Info = dict[str, Any]
pytestmark = pytest.mark.usefixtures("sdk_tasks_ended")
QUERY = "model=flux-general-multi&encoding=linear16&sample_rate=16000&eager_eot_threshold=0.4&language_hint=en"


class TrustingTransport(AWSCRTHTTPClient):
    """The stock transport with one authority trusted; the SDK copies it for each call, which would lose that."""

    def __init__(self, ca_file: str) -> None:
        super().__init__(client_config=AWSCRTHTTPClientConfig(force_http_2=True))
        options = TlsContextOptions()
        options.override_default_trust_store_from_path(None, ca_file)
        options.alpn_list = ["h2"]
        self._tls_ctx = ClientTlsContext(options)

    def __deepcopy__(self, memo: object) -> TrustingTransport:
        return self


async def open_stream(info: Info, *, secret_key: str | None = None, query: str = QUERY) -> Any:
    config = await AsyncSageMakerRuntimeHTTP2Config.resolve(
        region=info["region"],
        endpoint_uri=info["url"],
        aws_access_key_id=info["access_key"],
        aws_secret_access_key=secret_key or info["secret_key"],
        transport=TrustingTransport(info["ca_file"]),
    )
    request = InvokeEndpointWithBidirectionalStreamInput(
        endpoint_name="local", model_invocation_path="v2/listen", model_query_string=query
    )
    client = AsyncSageMakerRuntimeHTTP2Client(config)
    return await asyncio.wait_for(client.invoke_endpoint_with_bidirectional_stream(request), PATIENCE_S)


def part(data: bytes, data_type: str) -> RequestStreamEventPayloadPart:
    return RequestStreamEventPayloadPart(value=RequestPayloadPart(bytes_=data, data_type=data_type))


async def test_a_whole_conversation(endpoint: Info, sample_pcm: bytes, sample_wav: Path) -> None:
    stream = await open_stream(endpoint)
    _, output = await asyncio.wait_for(stream.await_output(), PATIENCE_S)
    messages: list[dict[str, Any]] = []

    async def read() -> None:
        while (event := await output.receive()) is not None:
            assert event.value.data_type == "UTF8"
            messages.append(json.loads(event.value.bytes_))

    reader = asyncio.create_task(read())
    for at in range(0, len(sample_pcm), 2560):
        await stream.input_stream.send(part(sample_pcm[at : at + 2560], "BINARY"))
        if at == 2560 * 100:
            change = {"type": "Configure", "thresholds": {"eot_threshold": 0.75}, "keyterms": ["Dashwood"]}
            await stream.input_stream.send(part(json.dumps(change).encode(), "UTF8"))
    await stream.input_stream.send(part(b'{"type":"CloseStream"}', "UTF8"))
    await asyncio.wait({reader}, timeout=PATIENCE_S)
    assert reader.done()
    reader.result()
    await asyncio.wait_for(stream.input_stream.close(), PATIENCE_S)

    (entry,) = json.loads(sample_wav.with_name("conversation.words.json").read_text())
    ends = [m for m in messages if m.get("event") == "EndOfTurn"]
    assert [m["transcript"] for m in ends] == [turn["text"] for turn in entry["turns"]]
    assert all(m["languages"] == ["en"] and m["languages_hinted"] == ["en"] for m in ends)
    assert [m["sequence_id"] for m in messages] == list(range(len(messages)))
    (echo,) = [m for m in messages if m["type"] == "ConfigureSuccess"]
    assert echo["thresholds"] == {"eager_eot_threshold": 0.4, "eot_threshold": 0.75, "eot_timeout_ms": 5000}
    eager = [m["transcript"] for m in messages if m.get("event") == "EagerEndOfTurn"]
    assert {m["transcript"] for m in ends} <= set(eager)


@pytest.fixture
async def sdk_tasks_ended() -> AsyncIterator[None]:
    """End and look at the tasks that the SDK forgets: one for each refused stream, which fails or waits for ever."""
    started: list[asyncio.Task[Any]] = []

    def start(loop: asyncio.AbstractEventLoop, coroutine: Any, **named: Any) -> asyncio.Task[Any]:
        started.append(asyncio.Task(coroutine, loop=loop, **named))
        return started[-1]

    asyncio.get_running_loop().set_task_factory(start)
    yield
    asyncio.get_running_loop().set_task_factory(None)
    forgotten = [task for task in started if "_set_request_body_generator" in repr(task)]
    for task in forgotten:
        task.cancel()
    await asyncio.gather(*forgotten, return_exceptions=True)


async def test_refusals_reach_the_client_as_the_vendor_models_them(endpoint: Info) -> None:
    stream = await open_stream(endpoint, query=QUERY + "&smart_format=true")
    with pytest.raises(ModelError) as refused:
        await asyncio.wait_for(stream.await_output(), PATIENCE_S)
    assert refused.value.message == "Failed to establish WebSocket connection"
    stream = await open_stream(endpoint, secret_key="wrong")
    with pytest.raises(CallError, match=r"status: 403 - id: .*InvalidSignatureException"):
        await asyncio.wait_for(stream.await_output(), PATIENCE_S)
