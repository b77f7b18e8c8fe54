"""One bidirectional SageMaker stream, opened through the AWS SDK, and the opener that a run shares.

Everything here runs on the event loop's thread. Sending is synchronous: a chunk is framed, signed and handed
to the network thread in one pass, without a task, a future of the loop or a lock. What arrives is handed to
the stream's listener in order, many arrivals for one wake-up of the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_sdk_sagemaker_runtime_http2.client import AsyncSageMakerRuntimeHTTP2Client
from aws_sdk_sagemaker_runtime_http2.config import AsyncSageMakerRuntimeHTTP2Config
from aws_sdk_sagemaker_runtime_http2.models import InvokeEndpointWithBidirectionalStreamInput
from smithy_core.exceptions import SmithyError

from flux_desktop.aws.connect_errors import Place, connect_problem
from flux_desktop.aws.errors import (
    broken_stream_problem,
    exception_problem,
    read_exception,
    read_refusal,
    refusal_problem,
)
from flux_desktop.aws.event_headers import EventStreamError
from flux_desktop.aws.event_stream import DataType, Frame, FrameDecoder
from flux_desktop.aws.inbox import Inbox
from flux_desktop.aws.quiet import quieten_sdk_logging
from flux_desktop.aws.sdk_seams import CallObserver, FixedIdentity, LeanProtocol, Publisher
from flux_desktop.aws.target import (
    ConnectTimings,
    Credentials,
    EndKind,
    StreamClosedError,
    StreamEnd,
    StreamLimits,
    StreamListener,
    StreamTarget,
)
from flux_desktop.aws.transport import Channel, ChannelGoneError, Network
from flux_desktop.aws.trust import trust_store
from flux_desktop.problem import Problem, ProblemError

__all__ = [
    "ConnectTimings",
    "Credentials",
    "SageMakerStream",
    "StreamClosedError",
    "StreamEnd",
    "StreamLimits",
    "StreamListener",
    "StreamOpener",
    "StreamTarget",
]

#: A message in more pieces than this is not one that Flux sends.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024


class SageMakerStream:
    """An open stream. `StreamOpener.open` makes it; its listener hears everything that arrives.

    After `on_end` everything sent raises `StreamClosedError`. `unknown_events` counts arrivals of types that
    this program does not know; they are skipped.
    """

    def __init__(self, target: StreamTarget, listener: StreamListener) -> None:
        self._target = target
        self._listener = listener
        self._channel: Channel | None = None
        self._publisher: Publisher | None = None
        self._decoder = FrameDecoder()
        self._parts: list[bytes] = []
        self._parts_bytes = 0
        self._parts_are_text = False
        self._held: list[Callable[[], None]] | None = []
        self._close_asked = False
        self._input_ended = False
        self._end: StreamEnd | None = None
        self.invoked_variant = ""
        self.aws_request_id = ""
        self.unknown_events = 0

    # ------------------------------------------------------------ for the engine

    @property
    def timings(self) -> ConnectTimings:
        return self._live_channel().timings

    @property
    def end(self) -> StreamEnd | None:
        """How the stream ended, None while it stands."""
        return self._end

    @property
    def unsent_bytes(self) -> int:
        """Bytes handed over that the connection has not taken; grows when the peer stops reading."""
        return 0 if self._end else self._live_channel().unsent_bytes

    @property
    def oldest_unsent_s(self) -> float:
        """Age in seconds of the oldest of `unsent_bytes`; 0 if there are none."""
        return 0.0 if self._end else self._live_channel().oldest_unsent_s

    def send_audio(self, chunk: bytes) -> None:
        """Send one binary message. Never blocks. Raises `StreamClosedError` if the stream has ended."""
        self._publish(chunk, "BINARY")

    def send_text(self, text: str) -> None:
        """Send one JSON control message. Sending CloseStream makes the server's end an expected one."""
        if '"CloseStream"' in text:
            self._close_asked = True
        self._publish(text.encode(), "UTF8")

    def end_input(self) -> None:
        """The signed empty frame and END_STREAM. Harmless when repeated or after the end."""
        self._close_asked = True
        channel = self._live_channel()
        if self._input_ended or self._publisher is None or not channel.is_writable:
            return
        self._input_ended = True
        with contextlib.suppress(ChannelGoneError):  # ended underneath: the listener is being told
            self._publisher.finish()

    async def close(self) -> None:
        """Drop the connection; at most `StreamLimits.close_s`. Harmless when repeated or cancelled.

        Frames of `end_input` are let out first. A stream that still stood ends as ``closed_by_us``.
        """
        channel = self._live_channel()
        try:
            if self._input_ended:
                await channel.settle()
        finally:
            channel.drop()
            self._finish("closed_by_us", None)
        await channel.close()

    # ------------------------------------------------------------ for the opener

    def attach(self, channel: Channel, publisher: Publisher) -> None:
        """The opener hands over a stream that the service has accepted."""
        fields = {name.lower(): value for name, value in channel.headers}
        self._channel = channel
        self._publisher = publisher
        self.invoked_variant = fields.get("x-amzn-invoked-production-variant", "")
        self.aws_request_id = fields.get("x-amzn-requestid", "")

    def release(self) -> None:
        """Deliver what arrived while the stream was still being handed over, and all that follows."""
        held, self._held = self._held or [], None
        for arrival in held:
            arrival()

    # ------------------------------------------------------------ arrivals

    def on_bytes(self, data: bytes, received_s: float) -> None:
        """Bytes of the response, in order."""
        if self._end is not None:
            return
        if self._held is not None:
            self._held.append(lambda: self.on_bytes(data, received_s))
            return
        try:
            frames = self._decoder.feed(data)
        except EventStreamError as error:
            self._finish("protocol_error", broken_stream_problem(str(error)))
            return
        for frame in frames:
            self._on_frame(frame, received_s)
            if self._end is not None:
                return

    def on_input_over(self, problem: Problem | None, at_s: float) -> None:
        """The peer's side is over: orderly, or with a `problem`."""
        if self._held is not None:
            self._held.append(lambda: self.on_input_over(problem, at_s))
        elif problem is not None:
            self._finish("reset", problem, at_s)
        elif self._decoder.pending_bytes:
            self._finish("protocol_error", broken_stream_problem("the stream ends inside a frame"), at_s)
        elif self._close_asked:
            self._finish("clean", None, at_s)
        else:
            place = Place(self._target.host, self._target.port)
            self._finish("reset", connect_problem("ended_early", place), at_s)

    def _on_frame(self, frame: Frame, received_s: float) -> None:
        headers = frame.headers
        kind = headers.get(":message-type")
        if kind == "event":
            if headers.get(":event-type") == "PayloadPart":
                self._on_part(headers, frame.payload, received_s)
            else:
                self.unknown_events += 1
        elif kind == "exception":
            self._on_exception(str(headers.get(":exception-type", "")), frame.payload)
        elif kind == "error":
            message, code = str(headers.get(":error-message", "")), str(headers.get(":error-code", ""))
            self._finish("unmodelled_error", exception_problem(code, message))
        else:
            self.unknown_events += 1

    def _on_part(self, headers: Mapping[str, object], payload: bytes, received_s: float) -> None:
        partial = headers.get("CompletionState") == "PARTIAL"
        if not partial and not self._parts:
            self._listener.on_message(payload, headers.get("DataType") == "UTF8", received_s)
            return
        if not self._parts:
            self._parts_are_text = headers.get("DataType") == "UTF8"
        self._parts.append(payload)
        self._parts_bytes += len(payload)
        if self._parts_bytes > MAX_MESSAGE_BYTES:
            self._finish("protocol_error", broken_stream_problem("one message is longer than 16 MiB"))
        elif not partial:
            whole, self._parts, self._parts_bytes = b"".join(self._parts), [], 0
            self._listener.on_message(whole, self._parts_are_text, received_s)

    def _on_exception(self, kind: str, payload: bytes) -> None:
        message, code = read_exception(payload)
        kinds: dict[str, EndKind] = {
            "ModelStreamError": "model_stream_error",
            "InternalStreamFailure": "internal_stream_failure",
        }
        self._finish(kinds.get(kind, "unmodelled_error"), exception_problem(kind, message, code))

    # ------------------------------------------------------------ inner

    def _publish(self, payload: bytes, data_type: DataType) -> None:
        if self._end is not None or self._input_ended or self._publisher is None:
            raise self._closed_error()
        try:
            self._publisher.publish(payload, data_type)
        except ChannelGoneError as error:
            # It ended underneath, the listener will be told of it in a moment.
            raise self._closed_error() from error

    def _closed_error(self) -> StreamClosedError:
        why = self._end.problem.what if self._end and self._end.problem else ""
        return StreamClosedError(Problem(code="stream_closed", what="The stream has already ended.", why=why))

    def _finish(self, kind: EndKind, problem: Problem | None, at_s: float | None = None) -> None:
        if self._end is not None:
            return
        self._end = StreamEnd(
            kind=kind,
            problem=problem,
            at_s=time.monotonic() if at_s is None else at_s,
            after_close=self._close_asked,
        )
        if kind != "clean":
            self._live_channel().drop()
        self._listener.on_end(self._end)

    def _live_channel(self) -> Channel:
        assert self._channel is not None, "the stream has not been opened"
        return self._channel


class StreamOpener:
    """Opens the streams of one run in one process, each on a connection of its own.

    Made for one event loop. `open` may run many times at once; `close` ends every stream that still stands.
    """

    def __init__(self, target: StreamTarget, limits: StreamLimits | None = None) -> None:
        self._target = target
        self._limits = limits or StreamLimits()
        self._network: Network | None = None
        self._client: AsyncSageMakerRuntimeHTTP2Client | None = None
        self._starting = asyncio.Lock()
        self._streams: set[SageMakerStream] = set()
        self._closed = False

    async def open(self, query_string: str, credentials: Credentials, listener: StreamListener) -> SageMakerStream:
        """Open one stream; `query_string` is already percent-encoded.

        Raises `ProblemError` if the service cannot be reached or refuses, within the sum of
        `StreamLimits`; `StreamClosedError` after `close`. Cancelling drops the connection. The listener may be
        called as soon as this returns.
        """
        client = await self._ready()
        assert self._network is not None
        stream = SageMakerStream(self._target, listener)
        channel = Channel(self._network, stream)
        publisher = await self._call(client, channel, query_string, credentials)
        if self._closed:
            channel.drop()
            raise _run_is_over()
        stream.attach(channel, publisher)
        self._streams = {known for known in self._streams if known.end is None} | {stream}
        asyncio.get_running_loop().call_soon(stream.release)
        return stream

    async def close(self) -> None:
        """Close what still stands, at most `StreamLimits.close_s`, and let the network thread go."""
        self._closed = True
        streams, self._streams = self._streams, set()
        await asyncio.gather(*(stream.close() for stream in streams))
        client, self._client, self._network = self._client, None, None
        if client is not None:
            await client.close()

    async def _ready(self) -> AsyncSageMakerRuntimeHTTP2Client:
        async with self._starting:
            if self._closed:
                raise _run_is_over()
            if self._client is None:
                quieten_sdk_logging()
                inbox = Inbox(asyncio.get_running_loop())
                store = trust_store(self._target.ca_file)
                self._network = Network(inbox, store, self._limits)
                config = await AsyncSageMakerRuntimeHTTP2Config.resolve(
                    region=self._target.region,
                    endpoint_uri=self._target.url,
                    protocol=LeanProtocol,
                    transport=_NoTransport(),
                    aws_credentials_identity_resolver=FixedIdentity(Credentials(access_key="", secret_key="")),
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
        """Run the SDK's call to its answer, or to the reason why there is none."""
        loop = asyncio.get_running_loop()
        failed: asyncio.Future[BaseException] = loop.create_future()

        def for_this_call(config: Any) -> None:
            config.transport = channel
            config.aws_credentials_identity_resolver = FixedIdentity(credentials)
            config.interceptors = [CallObserver(failed)]

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
        limit_s = limits.tls_reason_s + limits.headers_s + limits.error_body_s
        call = loop.create_task(invoke(), name="open stream")
        try:
            waits: set[asyncio.Future[Any]] = {call, failed}
            await asyncio.wait(waits, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if call.done() and not failed.done():
                return call.result()
            cause = failed.result() if failed.done() else None
        except SmithyError as error:
            cause = error
        finally:
            failed.cancel()
            await _cancelled(call)
        channel.drop()
        raise ProblemError(self._why(channel, cause, query_string, limit_s)) from cause

    def _why(self, channel: Channel, cause: BaseException | None, query_string: str, limit_s: float) -> Problem:
        if channel.refusal is not None:
            return refusal_problem(read_refusal(*channel.refusal), self._target, query_string)
        if channel.problem is not None:
            return channel.problem
        if cause is None:
            place = Place(self._target.host, self._target.port)
            return connect_problem("open_timeout", place, f"{limit_s:g} s")
        return Problem(
            code="request_invalid",
            what="The request for a stream could not be made.",
            why=str(cause).split("\n", 1)[0],
            todo="Check the endpoint's name, the region and the credentials.",
        )


def _run_is_over() -> StreamClosedError:
    return StreamClosedError(Problem(code="stream_closed", what="The run is over; no more streams are opened."))


class _NoTransport:
    """Stands in the shared configuration; every call brings its own channel."""

    SUPPORTS_DUPLEX_STREAMING = True
    TIMEOUT_EXCEPTIONS: tuple[type[Exception], ...] = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> _NoTransport:
        return self

    async def send(self, request: object) -> object:
        raise NotImplementedError("a call came without its channel")


async def _cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel a task of ours and wait until it is gone; its outcome has been taken elsewhere."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
