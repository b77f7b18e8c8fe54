"""Opens bidirectional SageMaker streams through the AWS SDK; the module to import streams from.

The SDK resolves, signs and opens with our plug-ins (`sdk_plugins`) over our transport (`channel`); the result is a
`SageMakerStream` (`stream`). Runs on the event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from aws_sdk_sagemaker_runtime_http2.models import InvokeEndpointWithBidirectionalStreamInput
from smithy_core.exceptions import SmithyError

from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.aws.errors.errors import read_refusal, refusal_problem
from flux_desktop.aws.errors.trust import trust_store
from flux_desktop.aws.probe import address_of, probe
from flux_desktop.aws.stream.channel import Channel
from flux_desktop.aws.stream.connections import Connections
from flux_desktop.aws.stream.network import Network
from flux_desktop.aws.stream.receive_queue import ReceiveQueue, SharedWakeUps
from flux_desktop.aws.stream.sdk_client import AsyncSageMakerRuntimeHTTP2Client, AsyncSageMakerRuntimeHTTP2Config
from flux_desktop.aws.stream.sdk_plugins import FailureObserver, Publisher, StaticIdentity, StreamProtocol
from flux_desktop.aws.stream.stream import SageMakerStream
from flux_desktop.aws.target import (
    ConnectTimings,
    Credentials,
    StreamClosedError,
    StreamEnd,
    StreamListener,
    StreamTarget,
    StreamTimeouts,
)
from flux_desktop.base.logs import quieten
from flux_desktop.base.problem import Problem, ProblemError

__all__ = [
    "ConnectTimings",
    "Credentials",
    "SageMakerStream",
    "StreamClosedError",
    "StreamEnd",
    "StreamListener",
    "StreamOpener",
    "StreamTarget",
    "StreamTimeouts",
]


class StreamOpener:
    """Opens the streams of one run in one process, each on its own connection or several sharing one.

    Belongs to one event loop. `open` may run many times concurrently; `close` ends every open stream.
    """

    def __init__(
        self,
        target: StreamTarget,
        limits: StreamTimeouts | None = None,
        wake_ups: SharedWakeUps | None = None,
        streams_each: int = 1,
    ) -> None:
        """`streams_each` is the largest number of streams on one connection."""
        self._target = target
        self._streams_each = streams_each
        self._connections: Connections | None = None
        self._wake_ups = wake_ups
        self._limits = limits or StreamTimeouts()
        self._network: Network | None = None
        self._client: AsyncSageMakerRuntimeHTTP2Client | None = None
        self._starting = asyncio.Lock()
        self._streams: set[SageMakerStream] = set()
        self._closed = False

    async def open(self, query_string: str, credentials: Credentials, listener: StreamListener) -> SageMakerStream:
        """Open one stream; `query_string` is already percent-encoded.

        Raises `ProblemError` if the service cannot be reached or refuses, within the sum of `StreamTimeouts`;
        `StreamClosedError` after `close`. Cancelling drops the connection. The listener may be called as soon as
        this returns.
        """
        client = await self._ready()
        assert self._network is not None
        assert self._connections is not None
        stream = SageMakerStream(self._target, listener)
        channel = Channel(self._network, self._connections, stream)
        publisher = await self._call(client, channel, query_string, credentials)
        if self._closed:
            channel.drop()
            raise _run_over_error()
        stream.attach(channel, publisher)
        self._streams = {known for known in self._streams if known.end is None} | {stream}
        asyncio.get_running_loop().call_soon(stream.release)
        return stream

    async def close(self) -> None:
        """Close every open stream, within `StreamTimeouts.close_s`, and release the network thread."""
        self._closed = True
        streams, self._streams = self._streams, set()
        await asyncio.gather(*(stream.close() for stream in streams))
        client, self._client, self._network, self._connections = self._client, None, None, None
        if client is not None:
            await client.close()

    async def _ready(self) -> AsyncSageMakerRuntimeHTTP2Client:
        async with self._starting:
            if self._closed:
                raise _run_over_error()
            if self._client is None:
                quieten()
                address_of(self._target)
                inbox = ReceiveQueue(asyncio.get_running_loop(), self._wake_ups)
                store = trust_store(self._target.ca_file)
                self._network = Network(inbox, store, self._limits)
                self._connections = Connections(self._network, self._streams_each)
                # Everything relevant is passed explicitly: the credentials have been loaded already, and a missing
                # profile or a broken AWS file on this machine must not stop a stream.
                config = await AsyncSageMakerRuntimeHTTP2Config.resolve(
                    fs=_NoFiles(),
                    profile="default",
                    retry_mode="standard",
                    max_attempts=1,
                    region=self._target.region,
                    endpoint_uri=self._target.url,
                    protocol=StreamProtocol,
                    transport=_NoTransport(),
                    aws_credentials_identity_resolver=StaticIdentity(Credentials(access_key="", secret_key="")),
                )
                self._client = AsyncSageMakerRuntimeHTTP2Client(config)
            return self._client

    async def _call(
        self,
        client: AsyncSageMakerRuntimeHTTP2Client,
        channel: Channel,
        query_string: str,
        credentials: Credentials,
    ) -> Publisher:
        """Run the SDK's call until it is answered; raises `ProblemError` with the reason if it is not."""
        loop = asyncio.get_running_loop()
        failed: asyncio.Future[BaseException] = loop.create_future()

        def for_this_call(config: Any) -> None:
            config.transport = channel
            config.aws_credentials_identity_resolver = StaticIdentity(credentials)
            config.interceptors = [FailureObserver(failed)]

        async def invoke() -> Publisher:
            duplex = await client.invoke_endpoint_with_bidirectional_stream(
                InvokeEndpointWithBidirectionalStreamInput(
                    endpoint_name=self._target.endpoint_name,
                    target_variant=self._target.target_variant,
                    model_invocation_path=self._target.invocation_path,
                    model_query_string=query_string,
                ),
                plugins=[for_this_call],
            )
            await duplex.await_output()
            publisher = duplex.input_stream
            assert isinstance(publisher, Publisher)
            return publisher

        limits = self._limits
        limit_s = max(limits.tls_reason_s, limits.open_s) + limits.error_body_s
        call = loop.create_task(invoke(), name="open stream")
        try:
            waits: set[asyncio.Future[Any]] = {call, failed}
            await asyncio.wait(waits, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if call.done() and not failed.done():
                return call.result()
            cause = failed.result() if failed.done() else None
        except SmithyError as error:
            cause = error
        except asyncio.CancelledError:
            # The call may have been answered already, and then nothing else gives the stream up.
            await _cancelled(call)
            channel.drop()
            raise
        finally:
            failed.cancel()
            await _cancelled(call)
        channel.drop()
        raise ProblemError(await self._why(channel, cause, query_string, limit_s)) from cause

    async def _why(self, channel: Channel, cause: BaseException | None, query_string: str, limit_s: float) -> Problem:
        if channel.refusal is not None:
            return refusal_problem(read_refusal(*channel.refusal), self._target, query_string, time.time())
        if channel.problem is not None:
            return channel.problem if channel.was_connected else await self._diagnosed(channel.problem)
        if cause is None:
            address = Address(self._target.host, self._target.port)
            return connect_problem("open_timeout", address, f"{limit_s:g} s")
        return Problem(
            code="request_invalid",
            what="The stream request could not be created.",
            why=str(cause).split("\n", 1)[0],
            todo="Check the endpoint name, the region and the credentials.",
        )

    async def _diagnosed(self, problem: Problem) -> Problem:
        """The exact problem by a preflight probe: the stream's TLS library reports that a handshake failed, not why."""
        if problem.code not in ("tls_failed", "tls_timeout", "connection_lost"):
            return problem
        try:
            await probe(self._target, limit_s=self._limits.probe_s)
        except ProblemError as error:
            return error.problem
        if problem.code == "tls_failed":
            return connect_problem("tls_broken_off", Address(self._target.host, self._target.port))
        return problem


def _run_over_error() -> StreamClosedError:
    return StreamClosedError(Problem(code="stream_closed", what="The run has ended; no further streams are opened."))


class _NoFiles:
    """File reader of the SDK that returns AWS files with one empty profile."""

    async def read_file(self, path: str) -> str | None:
        return "[default]\n"


class _NoTransport:
    """Transport of the shared configuration; every call replaces it with its own channel."""

    SUPPORTS_DUPLEX_STREAMING = True
    TIMEOUT_EXCEPTIONS: tuple[type[Exception], ...] = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> _NoTransport:
        return self

    async def send(self, request: object) -> object:
        raise NotImplementedError("a call has no channel")


async def _cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has ended; its outcome is handled elsewhere."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
