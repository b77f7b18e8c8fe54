"""The stock SDK path under measurement: AWSCRTHTTPClient, the SDK's own publisher and receiver, one process.

Used as its documentation says, and as well as it can be: one connection a stream, one network thread for all, one
writer and one reader task a stream, an absolute schedule, and the same parsing and histograms as ours. Prints one
JSON line. Reads an `Order` from its standard input.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
import wave
from bisect import bisect_left
from typing import Any

import msgspec
from aws_sdk_sagemaker_runtime_http2.client import AsyncSageMakerRuntimeHTTP2Client
from aws_sdk_sagemaker_runtime_http2.config import AsyncSageMakerRuntimeHTTP2Config
from aws_sdk_sagemaker_runtime_http2.models import (
    InvokeEndpointWithBidirectionalStreamInput,
    RequestPayloadPart,
    RequestStreamEventPayloadPart,
)
from awscrt import io as crt_io
from smithy_http.aio.crt import AWSCRTHTTPClient, AWSCRTHTTPClientConfig, _AWSCRTEventLoop

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.flux.messages import Connected, TurnInfo, parse_server_message
from tests.bench.process_figures import resident_bytes

CHUNK_S = 0.080
CHUNK_BYTES = 2560
OPEN_AT_ONCE = 20
SETTLE_S = 2.0


class Order(msgspec.Struct, kw_only=True):
    """What to do, and the keys of the endpoint to do it to."""

    url: str
    ca_file: str
    region: str
    access_key: str
    secret_key: str
    streams: int
    seconds: float
    sample: str
    use_uvloop: bool = False


class Report(msgspec.Struct, kw_only=True):
    """Figures as in `our_client.Measured`."""

    streams: int
    cpu_us_per_chunk: float
    chunks_per_s: float
    resident_bytes: int
    pacing_p50_ms: float
    pacing_p99_ms: float
    pacing_max_ms: float
    late_chunks: int
    messages: int


class Transport(AWSCRTHTTPClient):
    """The stock transport, trusting the local endpoint; the SDK must not copy that away."""

    def __init__(self, shared_loop: _AWSCRTEventLoop, ca_file: str) -> None:
        super().__init__(eventloop=shared_loop, client_config=AWSCRTHTTPClientConfig(force_http_2=True))
        options = crt_io.TlsContextOptions()
        options.override_default_trust_store_from_path(None, ca_file)
        self._tls_ctx = crt_io.ClientTlsContext(options)

    def __deepcopy__(self, memo: object) -> Transport:
        return self


class Totals:
    """What all streams count together."""

    def __init__(self) -> None:
        self.chunks = self.messages = self.late_chunks = self.streaming = 0
        self.pacing, self.update, self.wire = Histogram(), Histogram(), Histogram()
        self.stop = asyncio.Event()


class Stream:
    """One stream: a reader task and a writer task over the SDK's own stream object."""

    def __init__(self, totals: Totals, audio: bytes) -> None:
        self._totals = totals
        self._audio = audio
        self._connected = asyncio.Event()
        self._ends_s: list[float] = []
        self._dues_s: list[float] = []
        self._sends_s: list[float] = []

    async def run(self, client: AsyncSageMakerRuntimeHTTP2Client, gate: asyncio.Semaphore) -> None:
        async with gate:
            duplex = await client.invoke_endpoint_with_bidirectional_stream(
                InvokeEndpointWithBidirectionalStreamInput(
                    endpoint_name="local",
                    model_invocation_path="v2/listen",
                    model_query_string="model=flux-general-en&encoding=linear16&sample_rate=16000",
                )
            )
            _, output = await duplex.await_output()
            reader = asyncio.create_task(self._read(output))
            await self._connected.wait()
        await self._write(duplex.input_stream)
        await asyncio.wait({reader}, timeout=10)
        reader.cancel()

    async def _write(self, publisher: Any) -> None:
        totals, at = self._totals, 0
        totals.streaming += 1
        loop = asyncio.get_running_loop()
        origin_s, number = loop.time(), 0
        while not totals.stop.is_set():
            due_s = origin_s + (number + 1) * CHUNK_S
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            chunk = self._audio[at : at + CHUNK_BYTES]
            at = (at + CHUNK_BYTES) % (len(self._audio) - CHUNK_BYTES)
            part = RequestPayloadPart(bytes_=chunk, data_type="BINARY")
            await publisher.send(RequestStreamEventPayloadPart(value=part))
            sent_s = loop.time()
            number += 1
            self._ends_s.append(number * CHUNK_S)
            self._dues_s.append(due_s)
            self._sends_s.append(sent_s)
            totals.chunks += 1
            totals.pacing.add(max(0.0, sent_s - due_s))
            totals.late_chunks += sent_s - due_s > CHUNK_S / 2
        part = RequestPayloadPart(bytes_=b'{"type":"CloseStream"}', data_type="UTF8")
        await publisher.send(RequestStreamEventPayloadPart(value=part))

    async def _read(self, output: Any) -> None:
        totals, clock = self._totals, asyncio.get_running_loop().time
        while (event := await output.receive()) is not None:
            received_s = clock()
            message = parse_server_message(event.value.bytes_)
            totals.messages += 1
            if isinstance(message, Connected):
                self._connected.set()
            elif isinstance(message, TurnInfo) and message.audio_window_end is not None:
                index = bisect_left(self._ends_s, message.audio_window_end - 1e-3)
                if index < len(self._ends_s):
                    totals.update.add(received_s - self._dues_s[index])
                    totals.wire.add(received_s - self._sends_s[index])


async def measure(order: Order) -> Report:
    """Open the streams, hold them, and report."""
    with wave.open(str(resource_path(order.sample))) as source:
        audio = source.readframes(source.getnframes())
    totals, gate, shared_loop = Totals(), asyncio.Semaphore(OPEN_AT_ONCE), _AWSCRTEventLoop()
    async with asyncio.TaskGroup() as group:
        for _ in range(order.streams):
            config = await AsyncSageMakerRuntimeHTTP2Config.resolve(
                region=order.region,
                endpoint_uri=order.url,
                aws_access_key_id=order.access_key,
                aws_secret_access_key=order.secret_key,
                transport=Transport(shared_loop, order.ca_file),
            )
            group.create_task(Stream(totals, audio).run(AsyncSageMakerRuntimeHTTP2Client(config), gate))
        async with asyncio.timeout(120):
            while totals.streaming < order.streams:  # noqa: ASYNC110 - streams count themselves in
                await asyncio.sleep(0.05)
        await asyncio.sleep(SETTLE_S)
        chunks, used_s, begun_s = totals.chunks, time.process_time(), time.monotonic()
        await asyncio.sleep(order.seconds)
        chunks, used_s = totals.chunks - chunks, time.process_time() - used_s
        lasted_s, memory = time.monotonic() - begun_s, resident_bytes(os.getpid())
        totals.stop.set()
    figures = totals.pacing.percentiles()
    return Report(
        streams=order.streams,
        cpu_us_per_chunk=used_s / chunks * 1e6,
        chunks_per_s=chunks / lasted_s,
        resident_bytes=memory,
        pacing_p50_ms=figures.p50_ms or 0.0,
        pacing_p99_ms=figures.p99_ms or 0.0,
        pacing_max_ms=figures.max_ms or 0.0,
        late_chunks=totals.late_chunks,
        messages=totals.messages,
    )


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    factory = None
    if order.use_uvloop:
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        report = runner.run(measure(order))
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    sys.stdout.flush()
    os._exit(0)  # the stock transport may hang on its way out; all is measured


if __name__ == "__main__":
    main()
