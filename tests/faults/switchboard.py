"""A TCP proxy between streams and their peers that delays, throttles, cuts, half-opens and misroutes.

Every connection is a `Line`. What becomes of a new one is decided by its number, from 0; what becomes of an open one
can be changed at any time by whoever holds its line. It runs on the test's own event loop.
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
class Line:
    """One connection through the proxy. `near` is the client's side, `far_port` what the peer sees as the client."""

    near: asyncio.StreamWriter
    far_port: int = 0
    swallows: bool = False
    bytes_per_s: float | None = None
    delay_s: float = 0.0

    def cut(self) -> None:
        """Reset the client's connection."""
        sock = self.near.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.near.transport.abort()

    def hang_up(self) -> None:
        """Close the client's connection without a word of TLS or HTTP/2."""
        self.near.transport.close()

    def half_open(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self.swallows = True


Fate = str | int
"""What becomes of a new connection: a port that it is passed on to, or one of the words of `Switchboard`."""


@dataclass(eq=False)
class Switchboard:
    """`fate(number)` says: a port; ``reset`` cuts at once; ``mute`` accepts and stays silent; ``drip`` passes on 100
    bytes a second to `port_behind`. From the connection on at which it says ``refuse`` or ``black-hole`` nobody is
    accepted any more."""

    fate: Callable[[int], Fate]
    port_behind: int
    port: int = 0
    lines: list[Line] = field(default_factory=list)
    open_lines: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_prompt(self) -> bool:
        """Whether the end of a connection passes at once: where bytes drip, it waits behind them."""
        return all(line.bytes_per_s is None for line in self.lines)

    def line_of(self, far_port: int) -> Line:
        """The line whose peer sees that port."""
        return next(line for line in self.lines if line.far_port == far_port)

    async def serve(self, line: Line, reader: asyncio.StreamReader, fate: Fate) -> None:
        self.open_lines += 1
        try:
            if fate == "reset":
                line.cut()
            elif fate == "mute":
                await reader.read()
            else:
                if fate == "drip":
                    line.bytes_per_s, fate = 100.0, self.port_behind
                await self._join(line, reader, int(fate))
        except OSError:
            pass  # either side may leave without a goodbye
        finally:
            self.open_lines -= 1
            line.near.transport.abort()

    async def _join(self, line: Line, reader: asyncio.StreamReader, port: int) -> None:
        far_reader, far = await asyncio.open_connection("127.0.0.1", port)
        line.far_port = far.get_extra_info("sockname")[1]
        from_near = asyncio.create_task(_pump(line, reader, far))
        from_far = asyncio.create_task(_pump(line, far_reader, line.near))
        try:
            await asyncio.wait({from_near, from_far}, return_when=asyncio.FIRST_COMPLETED)
            if line.swallows:  # the client does not learn that the other side has gone
                await asyncio.wait({from_near})
        finally:
            far.transport.abort()
            for way in (from_near, from_far):
                way.cancel()
            await asyncio.gather(from_near, from_far, return_exceptions=True)


async def _pump(line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE_BYTES if line.bytes_per_s is None else 10):
        if line.swallows:
            continue
        if line.delay_s:
            await asyncio.sleep(line.delay_s)
        if line.bytes_per_s is not None:
            await asyncio.sleep(len(data) / line.bytes_per_s)
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        await writer.drain()


@contextlib.asynccontextmanager
async def switchboard(fate: Callable[[int], Fate], port_behind: int) -> AsyncIterator[Switchboard]:
    """Serve on a free loopback port."""
    board = Switchboard(fate, port_behind)
    listener = socket.socket()
    listener.setblocking(False)
    listener.bind(("127.0.0.1", 0))
    board.port = listener.getsockname()[1]
    # The shortest queue there is, so that a black hole is soon full.
    listener.listen(0)
    with listener, contextlib.ExitStack() as stack:
        first = _settle(board, listener, stack, board.fate(0))
        accepting = asyncio.create_task(_accept(board, listener, stack) if first else asyncio.sleep(0))
        try:
            yield board
        finally:
            accepting.cancel()
            for task in board.tasks:
                task.cancel()
            await asyncio.gather(accepting, *board.tasks, return_exceptions=True)
            for line in board.lines:  # one that has just come may not have been served at all
                line.near.transport.abort()


async def _accept(board: Switchboard, listener: socket.socket, stack: contextlib.ExitStack) -> None:
    loop, number = asyncio.get_running_loop(), 0
    while True:
        near, _ = await loop.sock_accept(listener)
        reader, writer = await asyncio.open_connection(sock=near)
        board.lines.append(line := Line(writer))
        task = asyncio.create_task(board.serve(line, reader, board.fate(number)))
        board.tasks.add(task)
        task.add_done_callback(board.tasks.discard)
        number += 1
        if not _settle(board, listener, stack, board.fate(number)):
            return


def _settle(board: Switchboard, listener: socket.socket, stack: contextlib.ExitStack, fate: Fate) -> bool:
    """Whether the next connection is accepted at all; from now on nobody is where it is not."""
    if fate == "refuse":
        listener.close()
    elif fate == "black-hole":
        for _ in range(3):  # once the queue is full, the system drops every knock
            knocking = stack.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(("127.0.0.1", board.port))
    return fate not in ("refuse", "black-hole")
