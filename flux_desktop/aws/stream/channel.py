"""One stream on an HTTP/2 connection, over the AWS common runtime's public API.

`Channel` is the transport that the AWS SDK uses for one call. The network thread only posts to the receive queue;
everything else runs on the event loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from concurrent.futures import Future as ThreadFuture
from typing import Any, ClassVar, Protocol

from awscrt import http as crt_http
from awscrt.exceptions import AwsCrtError
from smithy_core.interfaces import URI
from smithy_http import tuples_to_fields
from smithy_http.aio import HTTPResponse
from smithy_http.aio.interfaces import HTTPRequest

from flux_desktop.aws.errors.connect_errors import Address, connect_problem, crt_problem, is_about_request
from flux_desktop.aws.stream.connections import Connections, Place
from flux_desktop.aws.stream.network import Network
from flux_desktop.aws.stream.send_queue import ChannelClosedError, SendQueue
from flux_desktop.aws.target import ConnectTimings
from flux_desktop.base.problem import Problem, ProblemError

MAX_ERROR_BODY_BYTES = 65_536
Headers = list[tuple[str, str]]


class ChannelSink(Protocol):
    """Receiver of the response's bytes and of its end, called on the event loop's thread."""

    def on_bytes(self, data: bytes, received_s: float) -> None: ...

    def on_input_over(self, problem: Problem | None, at_s: float) -> None:
        """The peer sends no more: orderly (None), or with the reason. May be called more than once."""


class Channel:
    """The SDK's duplex transport for exactly one call: one stream, on a connection of its own or a shared one.

    The SDK calls `send` once. If it fails, the stream is dropped and `problem` holds the reason. `refusal` holds
    status, headers and body of a response other than 2xx, because the SDK discards part of it.
    """

    SUPPORTS_DUPLEX_STREAMING: ClassVar[bool] = True
    TIMEOUT_EXCEPTIONS: ClassVar[tuple[type[Exception], ...]] = ()

    def __init__(self, network: Network, connections: Connections, sink: ChannelSink) -> None:
        self._connections: Connections | None = connections
        self._post = network.inbox.post
        self._thread = network.thread
        self._sink: ChannelSink | None = sink
        self._limits = network.limits
        self._address = Address("", 0)
        self._place: Place | None = None
        self._given_up = False
        self._accepted = False
        self._deliver: Callable[[bytes, float], None] = self._on_body
        """Where bytes of the response go."""
        self._completed = False
        self._answer: asyncio.Future[tuple[int, Headers]] | None = None
        self._error_body = bytearray()
        self._over = asyncio.Event()
        self._outgoing = SendQueue()
        self.write = self._outgoing.write
        """Hands bytes to the network thread; never blocks. Raises `ChannelClosedError` if the stream has ended."""
        self.write_end = self._outgoing.write_end
        """Sends an empty DATA frame with END_STREAM. Raises `ChannelClosedError` if the stream has ended."""
        self.prompt_until_s = math.inf
        """Until then bytes are delivered at once, later with a short delay where that saves a wake-up of the loop."""
        self.was_connected = False
        self.problem: Problem | None = None
        self.refusal: tuple[int, Headers, bytes] | None = None
        self.timings = ConnectTimings(tcp_tls_s=None, headers_s=0.0)
        self.headers: Headers = []

    def __deepcopy__(self, memo: dict[int, Any]) -> Channel:
        # The SDK deep-copies its configuration for every call; a copy would not be the channel that the caller holds.
        return self

    # ------------------------------------------------------------ opening

    async def send(self, request: HTTPRequest, *, request_config: object = None) -> HTTPResponse:
        """Connect, send the request's head and wait for the response's head. Raises `ProblemError`.

        Cancelling drops the connection.
        """
        try:
            return await self._open(request)
        except ProblemError as error:
            self.problem = error.problem
            self.drop()
            raise
        except asyncio.CancelledError:
            self.drop()
            raise

    async def _open(self, request: HTTPRequest) -> HTTPResponse:
        self._address = Address(request.destination.host, request.destination.port or 443)
        # Released here, so that a reference to this channel does not keep the network thread alive.
        connections, self._connections = self._connections, None
        assert connections is not None, "a channel carries one call"
        started_s = time.monotonic()
        self._answer = asyncio.get_running_loop().create_future()
        place = await self._start(request, connections)
        connected_s = time.monotonic()
        limit_s = min(self._limits.headers_s, max(0.0, self._limits.open_s - (connected_s - started_s)))
        try:
            async with asyncio.timeout(limit_s):
                status, headers = await self._answer
        except TimeoutError:
            raise self._failed("headers_timeout", f"{limit_s:.3g} s") from None
        except ProblemError as error:
            raise ProblemError(await place.explained(error.problem)) from None
        self.timings = ConnectTimings(tcp_tls_s=place.opening_s, headers_s=time.monotonic() - connected_s)
        body = b""
        if not 200 <= status < 300:
            body = await self._read_error_body()
            self.refusal = (status, headers, body)
            self.drop()
        else:
            self.headers = headers
        return HTTPResponse(status=status, fields=tuples_to_fields(headers), body=body)

    async def _start(self, request: HTTPRequest, connections: Connections) -> Place:
        """Send the request's head on the first connection that takes it; returns the stream's place there."""
        while True:
            place = self._place = await connections.place(self._address)
            if self._given_up:
                raise self._failed("connection_lost", "the stream was given up while it was being opened")
            self.was_connected = True
            try:
                self._start_stream(request, place)
            except ProblemError:
                # A shared connection may have been lost, or closed for further streams by GOAWAY, since it was made.
                if place.is_new:
                    raise
                place.give_up()
            else:
                return place

    def _start_stream(self, request: HTTPRequest, place: Place) -> None:
        pairs = [(field.name, value) for field in request.fields.entries.values() for value in field.values]
        names = {name.lower() for name, _ in pairs}
        if "host" not in names:
            pairs.append(("host", request.destination.netloc))
        if "accept" not in names:
            pairs.append(("accept", "*/*"))
        crt_request = crt_http.HttpRequest(request.method, _path(request.destination), crt_http.HttpHeaders(pairs))
        try:
            stream = place.request(crt_request, self._crt_response, self._crt_body)
            stream.remote_end_stream_future.add_done_callback(self._crt_remote_end)
            stream.completion_future.add_done_callback(self._crt_complete)
            stream.activate()
        except (AwsCrtError, RuntimeError) as error:
            if is_about_request(error):
                raise
            raise ProblemError(crt_problem(error, self._address)) from error  # lost since it was made
        self._outgoing.open(stream)

    async def _read_error_body(self) -> bytes:
        try:
            async with asyncio.timeout(self._limits.error_body_s):
                await self._over.wait()
        except TimeoutError:
            pass  # the status alone has to do
        return bytes(self._error_body)

    def _failed(self, code: str, detail: str) -> ProblemError:
        return ProblemError(connect_problem(code, self._address, detail))

    # ------------------------------------------------------------ arrivals: network thread

    def _crt_response(self, status_code: int, headers: Headers, **_: object) -> None:
        self._thread.pin_state()
        self._post(self._on_answer, (status_code, headers), time.monotonic())

    def _crt_body(self, chunk: bytes, **_: object) -> None:
        now_s = time.monotonic()
        self._post(self._deliver, chunk, now_s, can_wait=now_s > self.prompt_until_s)

    def _crt_remote_end(self, future: ThreadFuture[None]) -> None:
        if future.exception() is None:
            self._post(self._on_over, None, time.monotonic())

    def _crt_complete(self, future: ThreadFuture[int]) -> None:
        self._post(self._on_complete, future.exception(), time.monotonic())

    # ------------------------------------------------------------ arrivals: event loop's thread

    def _on_answer(self, answer: tuple[int, Headers], _: float) -> None:
        self._accepted = 200 <= answer[0] < 300
        if self._accepted and self._sink is not None:
            self._deliver = self._sink.on_bytes
        if self._place is not None:
            self._place.answered()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def _on_body(self, chunk: bytes, received_s: float) -> None:
        if not self._accepted:
            if len(self._error_body) < MAX_ERROR_BODY_BYTES:
                self._error_body += chunk
        elif self._sink is not None:
            self._sink.on_bytes(chunk, received_s)

    def _on_over(self, problem: Problem | None, at_s: float) -> None:
        self._over.set()
        if self._accepted and self._sink is not None:
            self._sink.on_input_over(problem, at_s)

    def _on_complete(self, error: BaseException | None, at_s: float) -> None:
        self._completed = True
        self._outgoing.close()
        problem = None if error is None else crt_problem(error, self._address)
        if self._answer is not None and not self._answer.done():
            reason = problem or connect_problem("connection_lost", self._address, "no response was received")
            self._answer.set_exception(ProblemError(reason))
        if self._place is not None and self._place.is_shared:
            self._place.complete()
        if self._accepted and not self._given_up and problem is not None and self._place is not None:
            self._place.explain(problem, lambda explained: self._end(explained, at_s))
        else:
            self._end(problem, at_s)

    def _end(self, problem: Problem | None, at_s: float) -> None:
        self._on_over(problem, at_s)
        # The sink refers to this channel: break the reference cycles.
        self._sink = None
        self._deliver = _discard

    # ------------------------------------------------------------ sending

    @property
    def is_writable(self) -> bool:
        """Whether the stream is open and the network thread has not reported its end."""
        return self._outgoing.stream is not None

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the connection has not accepted because its flow-control window or its socket is full."""
        return self._outgoing.unsent_bytes

    @property
    def oldest_unsent_s(self) -> float:
        """Age in seconds of the oldest write that has not been accepted; 0 if there is none."""
        return self._outgoing.oldest_unsent_s

    # ------------------------------------------------------------ closing

    def drop(self) -> None:
        """Give the stream up immediately: close its connection, or on a shared one end its input. Idempotent."""
        self._given_up = True
        place = self._place
        if place is None or not place.is_held:
            return
        if place.is_shared and self._outgoing.end is None:
            with contextlib.suppress(ChannelClosedError):
                self.write_end()
        place.give_up()

    async def close(self) -> None:
        """`drop`, then wait until the socket is closed or left to other streams, at most half of `close_s`."""
        if self._place is None:
            return
        self.drop()
        await _wait(self._place.closed, self._limits.close_s / 2)

    async def settle(self) -> None:
        """Wait until everything up to `write_end` has been sent, at most half of `StreamTimeouts.close_s`."""
        end = self._outgoing.end
        if end is None or self._completed:
            return
        sent = asyncio.Event()
        end.add_done_callback(lambda _: self._post(lambda _value, _at: sent.set(), None, 0.0))
        await _wait(sent.wait, self._limits.close_s / 2)


def _discard(_: bytes, __: float) -> None:
    """Bytes after the end, which there are none of."""


async def _wait(condition: Callable[[], Any], limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await condition()
    except TimeoutError:
        pass


def _path(url: URI) -> str:
    # As the stock transport does it, including the lone question mark of an empty query.
    query = f"?{url.query}" if url.query is not None else ""
    return f"{url.path or '/'}{query}"
