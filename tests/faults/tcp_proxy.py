"""A TCP proxy between streams and their peers that delays, throttles, cuts, half-opens and misroutes connections.

The treatment of a new connection depends on its number, from 0. An open one can be changed at any time by the holder of
its `ProxiedConnection`. Runs on the test's event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

PIECE_BYTES = 16_384


@dataclass(eq=False)
class ProxiedConnection:
    """One connection through the proxy. `near` is the client's side; the peer sees `peer_side_port`."""

    near: asyncio.StreamWriter
    peer_side_port: int = 0
    drops_data: bool = False
    bytes_per_s: float | None = None
    delay_s: float = 0.0

    def cut(self) -> None:
        """Reset the client's connection."""
        sock = self.near.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.near.transport.abort()

    def hang_up(self) -> None:
        """Close the client's connection without closing TLS or HTTP/2."""
        self.near.transport.close()

    def half_open(self) -> None:
        """Drop all data from now on, without closing either side."""
        self.drops_data = True


Treatment = str | int
"""Treatment of a new connection: the port to pass it on to, or one of the words of `TcpProxy`."""


@dataclass(eq=False)
class TcpProxy:
    """`treatment(number)` is the port to pass a connection on to, or a word.

    ``reset`` cuts it at once, ``mute`` accepts it and stays silent, ``drip`` passes on 100 bytes a second to
    `port_behind`. With ``refuse`` or ``black-hole`` no further connection is accepted.
    """

    treatment: Callable[[int], Treatment]
    port_behind: int
    port: int = 0
    connections: list[ProxiedConnection] = field(default_factory=list)
    open_connections: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_prompt(self) -> bool:
        """Whether the end of a connection is passed on at once: with a drip it waits behind the data."""
        return all(connection.bytes_per_s is None for connection in self.connections)

    def connection_from(self, peer_side_port: int) -> ProxiedConnection:
        """The connection whose peer sees that port."""
        return next(connection for connection in self.connections if connection.peer_side_port == peer_side_port)

    async def serve(self, connection: ProxiedConnection, reader: asyncio.StreamReader, treatment: Treatment) -> None:
        self.open_connections += 1
        try:
            if treatment == "reset":
                connection.cut()
            elif treatment == "mute":
                await reader.read()
            else:
                if treatment == "drip":
                    connection.bytes_per_s, treatment = 100.0, self.port_behind
                await self._join(connection, reader, int(treatment))
        except OSError:
            pass  # either side may reset
        finally:
            self.open_connections -= 1
            connection.near.transport.abort()

    async def _join(self, connection: ProxiedConnection, reader: asyncio.StreamReader, port: int) -> None:
        far_reader, far = await asyncio.open_connection("127.0.0.1", port)
        connection.peer_side_port = far.get_extra_info("sockname")[1]
        from_near = asyncio.create_task(_pump(connection, reader, far))
        from_far = asyncio.create_task(_pump(connection, far_reader, connection.near))
        try:
            await asyncio.wait({from_near, from_far}, return_when=asyncio.FIRST_COMPLETED)
            if connection.drops_data:  # the client does not learn that the other side is closed
                await asyncio.wait({from_near})
        finally:
            far.transport.abort()
            for direction in (from_near, from_far):
                direction.cancel()
            await asyncio.gather(from_near, from_far, return_exceptions=True)


async def _pump(connection: ProxiedConnection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE_BYTES if connection.bytes_per_s is None else 10):
        if connection.drops_data:
            continue
        if connection.delay_s:
            await asyncio.sleep(connection.delay_s)
        if connection.bytes_per_s is not None:
            await asyncio.sleep(len(data) / connection.bytes_per_s)
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        await writer.drain()


@contextlib.asynccontextmanager
async def tcp_proxy(treatment: Callable[[int], Treatment], port_behind: int) -> AsyncIterator[TcpProxy]:
    """Serve on a free loopback port."""
    proxy = TcpProxy(treatment, port_behind)
    listener = socket.socket()
    listener.setblocking(False)
    listener.bind(("127.0.0.1", 0))
    proxy.port = listener.getsockname()[1]
    # The shortest queue there is, so that a black hole is soon full.
    listener.listen(0)
    with listener, contextlib.ExitStack() as stack:
        first = _prepare_next(proxy, listener, stack, proxy.treatment(0))
        accepting = asyncio.create_task(_accept(proxy, listener, stack) if first else asyncio.sleep(0))
        try:
            yield proxy
        finally:
            accepting.cancel()
            for task in proxy.tasks:
                task.cancel()
            await asyncio.gather(accepting, *proxy.tasks, return_exceptions=True)
            for connection in proxy.connections:  # the newest may not have been served yet
                connection.near.transport.abort()


async def _accept(proxy: TcpProxy, listener: socket.socket, stack: contextlib.ExitStack) -> None:
    loop, number = asyncio.get_running_loop(), 0
    while True:
        near, _ = await loop.sock_accept(listener)
        reader, writer = await asyncio.open_connection(sock=near)
        proxy.connections.append(connection := ProxiedConnection(writer))
        task = asyncio.create_task(proxy.serve(connection, reader, proxy.treatment(number)))
        proxy.tasks.add(task)
        task.add_done_callback(proxy.tasks.discard)
        number += 1
        if not _prepare_next(proxy, listener, stack, proxy.treatment(number)):
            return


def _prepare_next(proxy: TcpProxy, listener: socket.socket, stack: contextlib.ExitStack, treatment: Treatment) -> bool:
    """Whether the next connection is accepted; if not, no later one is."""
    if treatment == "refuse":
        listener.close()
    elif treatment == "black-hole":
        for _ in range(3):  # once the queue is full, the system drops every further attempt
            attempt = stack.enter_context(socket.socket())
            attempt.setblocking(False)
            attempt.connect_ex(("127.0.0.1", proxy.port))
    return treatment not in ("refuse", "black-hole")
