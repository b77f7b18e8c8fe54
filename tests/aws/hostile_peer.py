"""A scripted HTTP/2 server over TLS that behaves as badly as a test asks.

A behaviour is a coroutine that is given the `Session` of one connection after the client's request head has
arrived; `BEHAVIOURS` holds those of general use by name. It runs on the test's own event loop.

    async with hostile_peer(authority, "reset-before-headers") as peer:
        ...  # peer.url, peer.ca_file
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from flux_desktop.aws.wire.event_stream import EVENT_STREAM, Frame, FrameDecoder, encode_message, payload_part
from tests.aws.throwaway_ca import Authority

CONNECTED = b'{"type":"Connected","request_id":"peer","sequence_id":0}'


@dataclass
class Session:
    """One client's connection: what it sent, and the ways to answer."""

    peer: Peer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    h2: h2.connection.H2Connection
    stream_id: int = 0
    """The latest stream; `stream_ids` are all, of which a shared connection has several."""
    stream_ids: list[int] = field(default_factory=list)
    request: dict[str, str] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    input_ended: bool = False
    pings_answered: int = 0
    _decoders: defaultdict[int, FrameDecoder] = field(default_factory=lambda: defaultdict(FrameDecoder))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    # ------------------------------------------------------------ answers

    def headers(self, status: int = 200, *, end: bool = False, **extra: str) -> None:
        fields = {"content-type": EVENT_STREAM, "x-amzn-requestid": "req-1"} if status == 200 else {}
        fields |= {name.replace("_", "-"): value for name, value in extra.items()}
        self.h2.send_headers(self.stream_id, [(":status", str(status)), *fields.items()], end_stream=end)
        self.flush()

    def data(self, data: bytes, *, end: bool = False) -> None:
        self.h2.send_data(self.stream_id, data, end_stream=end)
        self.flush()

    def message(self, payload: bytes, data_type: str = "UTF8", state: str | None = None) -> None:
        self.data(payload_part(payload, data_type, state))  # type: ignore[arg-type]

    def exception(self, kind: str, body: bytes) -> None:
        headers = [(":message-type", "exception"), (":exception-type", kind)]
        self.data(encode_message(headers, body))

    def error(self, code: str, message: str) -> None:
        headers = [(":message-type", "error"), (":error-code", code), (":error-message", message)]
        self.data(encode_message(headers, b""))

    def end(self) -> None:
        self.data(b"", end=True)

    def reset(self, code: h2.errors.ErrorCodes = h2.errors.ErrorCodes.INTERNAL_ERROR) -> None:
        self.h2.reset_stream(self.stream_id, code)
        self.flush()

    def goaway(self, last_stream_id: int = 0) -> None:
        self.h2.close_connection(h2.errors.ErrorCodes.NO_ERROR, last_stream_id=last_stream_id)
        self.flush()

    def allow_streams(self, count: int) -> None:
        """Send settings with another number of concurrent streams."""
        self.h2.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: count})
        self.flush()

    def ping(self) -> None:
        self.h2.ping(bytes(8))
        self.flush()

    def abort(self) -> None:
        """Cut the TCP connection with a reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def flush(self) -> None:
        self.writer.write(self.h2.data_to_send())

    # ------------------------------------------------------------ waiting

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what the client has sent fulfils `condition`."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def everything_heard(self) -> None:
        """Wait until the client has read all that was sent."""
        count = self.pings_answered + 1
        self.ping()
        await self.until(lambda: self.pings_answered >= count)

    async def frames_count(self, count: int) -> None:
        await self.until(lambda: len(self.frames) >= count)

    async def request_arrived(self) -> None:
        await self.until(lambda: bool(self.request))

    # ------------------------------------------------------------ the wire

    async def serve(self) -> None:
        """Read until the client goes away."""
        if self.peer.max_streams is not None:
            # In its first settings, as servers do: later ones may cross streams that are on their way.
            allowed = {h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: self.peer.max_streams}
            self.h2.local_settings = h2.settings.Settings(client=False, initial_values=allowed)
        self.h2.initiate_connection()
        if self.peer.initial_window is not None:
            self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: self.peer.initial_window})
        self.flush()
        while data := await self.reader.read(65_536):
            for event in self.h2.receive_data(data):
                self._on_event(event)
            self.flush()
            self._changed.set()

    def _on_event(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            self.stream_id = event.stream_id
            self.stream_ids.append(event.stream_id)
            self.request = {name.decode(): value.decode() for name, value in event.headers}
        elif isinstance(event, h2.events.DataReceived):
            self.frames += self._decoders[event.stream_id].feed(event.data)
            if self.peer.reads:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.PingAckReceived):
            self.pings_answered += 1
        elif isinstance(event, h2.events.StreamEnded):
            self.input_ended = True


Behaviour = Callable[[Session], Awaitable[None]]


@dataclass
class Peer:
    """A running server. `sessions` are the connections in the order of their arrival."""

    behaviour: Behaviour
    ca_file: str
    initial_window: int | None = None
    max_streams: int | None = None
    reads: bool = True
    port: int = 0
    host: str = "127.0.0.1"
    sessions: list[Session] = field(default_factory=list)
    open_connections: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _disconnection: asyncio.Event = field(default_factory=asyncio.Event)

    async def all_gone(self) -> None:
        """Wait until no client is connected."""
        while self.open_connections:
            self._disconnection.clear()
            await self._disconnection.wait()

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        config = h2.config.H2Configuration(client_side=False, header_encoding=None)
        session = Session(self, reader, writer, h2.connection.H2Connection(config))
        self.sessions.append(session)
        self.open_connections += 1
        serving = asyncio.create_task(session.serve())
        acting = asyncio.create_task(self._act(session))
        try:
            with contextlib.suppress(OSError, ssl.SSLError, h2.exceptions.ProtocolError):
                await serving
        finally:
            self.open_connections -= 1
            self._disconnection.set()
            for task in (serving, acting):
                task.cancel()
            results = await asyncio.gather(serving, acting, return_exceptions=True)
            writer.transport.abort()
            for result in results:
                if isinstance(result, AssertionError):
                    raise result

    async def _act(self, session: Session) -> None:
        await session.request_arrived()
        await self.behaviour(session)


@contextlib.asynccontextmanager
async def hostile_peer(
    authority: Authority,
    behaviour: str | Behaviour,
    *,
    context: ssl.SSLContext | None = None,
    initial_window: int | None = None,
    max_streams: int | None = None,
    reads: bool = True,
    handshake_s: float = 1.0,
) -> AsyncIterator[Peer]:
    """Serve `behaviour`, a name of `BEHAVIOURS` or a coroutine function, on a free loopback port."""
    act = BEHAVIOURS[behaviour] if isinstance(behaviour, str) else behaviour
    peer = Peer(act, str(authority.ca_file), initial_window=initial_window, max_streams=max_streams, reads=reads)

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        peer._tasks.add(task)
        task.add_done_callback(peer._tasks.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await peer._connection(reader, writer)

    # A client whose trust fails keeps its socket for up to half a minute; the peer does not wait for that.
    server = await asyncio.start_server(
        connection, "127.0.0.1", 0, ssl=context or authority.server_context(), ssl_handshake_timeout=handshake_s
    )
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for task in list(peer._tasks):
            task.cancel()
        await asyncio.gather(*peer._tasks, return_exceptions=True)


# ---------------------------------------------------------------- behaviours


async def _silent(session: Session) -> None:
    """Never answers."""


async def _reset_before_headers(session: Session) -> None:
    session.reset()


async def _refused_stream(session: Session) -> None:
    session.reset(h2.errors.ErrorCodes.REFUSED_STREAM)


async def _goaway_before_headers(session: Session) -> None:
    session.goaway()


async def _abort_before_headers(session: Session) -> None:
    session.abort()


async def _connected(session: Session) -> None:
    """Accepts, says Connected, and then only listens."""
    session.headers(x_amzn_invoked_production_variant="AllTraffic")
    session.message(CONNECTED)


async def _reset_mid_stream(session: Session) -> None:
    await _connected(session)
    await session.frames_count(3)
    session.reset()


async def _abort_mid_stream(session: Session) -> None:
    await _connected(session)
    await session.frames_count(3)
    session.abort()


async def _goaway_mid_stream(session: Session) -> None:
    await _connected(session)
    await session.frames_count(3)
    session.goaway()


async def _end_unasked(session: Session) -> None:
    await _connected(session)
    await session.frames_count(3)
    session.end()


async def _close_politely(session: Session) -> None:
    """Ends the stream when CloseStream has come."""
    await _connected(session)
    await session.until(lambda: any(b"CloseStream" in frame.payload for frame in session.frames))
    session.end()


async def _model_stream_error(session: Session) -> None:
    await _connected(session)
    await session.frames_count(3)
    session.exception("ModelStreamError", b'{"Message":"worker died","ErrorCode":"ModelInvocationTimeExceeded"}')


BEHAVIOURS: dict[str, Behaviour] = {
    "silent": _silent,
    "reset-before-headers": _reset_before_headers,
    "refused-stream": _refused_stream,
    "goaway-before-headers": _goaway_before_headers,
    "abort-before-headers": _abort_before_headers,
    "connected": _connected,
    "reset-mid-stream": _reset_mid_stream,
    "abort-mid-stream": _abort_mid_stream,
    "goaway-mid-stream": _goaway_mid_stream,
    "end-unasked": _end_unasked,
    "close-politely": _close_politely,
    "model-stream-error": _model_stream_error,
}
