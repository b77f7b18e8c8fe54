"""The HTTP/2 connections of one opener and the places for streams on them: one stream each, or several that share one.

Runs on the event loop's thread; the network thread only posts to the receive queue. The AWS common runtime offers
Python no way to reset a single stream, so one that is abandoned on a shared connection keeps its place until the server
ends it; its connection takes no further streams and is closed with the last of the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future as ThreadFuture
from typing import Any

from awscrt import http as crt_http
from awscrt.exceptions import AwsCrtError

from flux_desktop.aws.errors.connect_errors import Address, connect_problem, crt_problem
from flux_desktop.aws.errors.trust import proxy_for
from flux_desktop.aws.stream.network import Network
from flux_desktop.aws.target import OPENING_GAP_S
from flux_desktop.base.problem import Problem, ProblemError

_UNREADABLE = "Its answer breaks the rules of the protocol, or has a header that is longer than 4 kB."
_REASON_S = 1.0
"""The runtime states why a connection was closed a moment after the end of its streams."""


class Connections:
    """Opens connections and assigns streams to them, at most `streams_each` to one or what its server allows.

    A stream that finds no place opens another connection; none waits for a place to become free.
    """

    def __init__(self, network: Network, streams_each: int = 1) -> None:
        self._network = network
        self._streams_each = streams_each
        self._expected = streams_each
        """Streams that a new connection is thought to carry until its settings are known: as many as the latest one."""
        self._shared: list[_Connection] = []

    async def place(self, address: Address) -> Place:
        """A place for one stream. Raises `ProblemError`; cancelling gives the place up."""
        if self._streams_each == 1:
            connection = _Connection(self._network, address, 1, 1)
            place = Place(connection, is_new=True)
        else:
            self._shared = [known for known in self._shared if known.is_open]
            free = next((known for known in self._shared if known.has_place), None)
            connection = free or _Connection(self._network, address, self._streams_each, self._expected)
            if free is None:
                self._shared.append(connection)
            place = Place(connection, is_new=free is None)
        try:
            await connection.ready(first=place.is_new)
        except BaseException:  # boundary: cancelled, or any failure; raised again, with the place given up
            place.give_up()
            raise
        if place.is_new:
            return place
        self._expected = connection.streams_max
        if connection.users <= connection.streams_max:
            return place
        # The server allows fewer streams than this program would have sent on the connection.
        place.complete()
        return await self.place(address)


class Place:
    """One stream's place on a connection. `is_new` is whether the connection was opened for it."""

    def __init__(self, connection: _Connection, *, is_new: bool) -> None:
        self._connection: _Connection | None = connection
        self._left = connection
        self._explaining: asyncio.Task[None] | None = None
        self.is_new = is_new
        connection.users += 1

    def request(self, request: crt_http.HttpRequest, on_response: Any, on_body: Any) -> Any:
        """Create the stream, not yet activated. Raises what the binding raises; `RuntimeError` once it is closed."""
        opened = self._left.opened
        if opened is None:
            raise RuntimeError("The connection has been closed")
        return opened.request(request, on_response, on_body, manual_write=True)

    @property
    def opening_s(self) -> float | None:
        """How long TCP and TLS took, None for a stream on a connection that was opened for another one."""
        return self._left.opening_s if self.is_new else None

    @property
    def is_shared(self) -> bool:
        """Whether other streams may use the connection as well, or have been allowed to."""
        return self._left.streams_wanted > 1

    @property
    def is_held(self) -> bool:
        """Whether the stream still has its place."""
        return self._connection is not None

    def answered(self) -> None:
        """The server has answered the stream: its settings, if it has sent any, have arrived before."""
        self._left.know_settings()

    def complete(self) -> None:
        """The stream has ended in both directions: another one may have its place."""
        self._leave(reusable=True)

    def give_up(self) -> None:
        """End the use of the connection at once, whatever the stream's state. Idempotent."""
        self._leave(reusable=False)

    async def explained(self, problem: Problem) -> Problem:
        """`problem`; of a lost connection the reason, if the client could not read what the server sent."""
        if problem.code != "connection_lost":
            return problem
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REASON_S):
                await self._left.shut.wait()
        if getattr(self._left.lost_by, "name", "") != "AWS_ERROR_HTTP_PROTOCOL_ERROR":
            return problem
        return connect_problem("http2_error", self._left.address, _UNREADABLE)

    def explain(self, problem: Problem, then: Callable[[Problem], None]) -> None:
        """Call `then` with `problem`, as `explained`, within a second."""

        async def explain() -> None:
            then(await self.explained(problem))

        self._explaining = asyncio.get_running_loop().create_task(explain(), name="explain loss")

    async def closed(self) -> None:
        """Wait until the socket is closed, unless other streams keep it open."""
        if self._left.users == 0:
            await self._left.shut.wait()

    def _leave(self, *, reusable: bool) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.leave(reusable=reusable)


class _Connection:
    """A connection that is being opened or is open, and how many streams use it."""

    def __init__(self, network: Network, address: Address, streams_wanted: int, streams_expected: int) -> None:
        self.address = address
        self._limits = network.limits
        self._post = network.inbox.post
        self._retired = False
        self.settings_known = asyncio.Event()
        self._next = asyncio.Lock()
        self.opened: Any = None
        self.users = 0
        self.streams_wanted = streams_wanted
        self.streams_max = streams_expected
        """Streams that it carries at most: what was asked for, or less if the server's settings say so."""
        self._allowed = streams_wanted
        """By the server's settings; written by the network thread, before it passes on any answer."""
        self.opening_s: float | None = None
        self.shut = asyncio.Event()
        self.lost_by: BaseException | None = None
        self._opening = asyncio.get_running_loop().create_task(self._open(network), name="open connection")
        # Every stream that waits for it gets the error.
        self._opening.add_done_callback(lambda done: done.cancelled() or done.exception())

    @property
    def is_open(self) -> bool:
        """Whether further streams may use it."""
        if self._retired or self.shut.is_set():
            return False
        return self.opened is None or bool(self.opened.is_open())

    @property
    def has_place(self) -> bool:
        return self.users < self.streams_max

    async def ready(self, *, first: bool) -> None:
        """Wait until it is open, and unless `first` until the server has said how many streams it allows.

        Raises `ProblemError`, for every stream that waits, if it cannot be opened or is lost meanwhile.
        """
        waits = not first and not self.settings_known.is_set()
        await asyncio.shield(self._opening)
        if first:
            return
        # If neither settings nor an answer have come by then, the streams are sent all the same.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.connect_s):
                await self.settings_known.wait()
        if waits and self.users <= self.streams_max and not self.shut.is_set():
            # Streams that have waited together would delay each other, and the answers to each other.
            async with self._next:
                await asyncio.sleep(OPENING_GAP_S)
        if self.shut.is_set():
            lost_by = self.lost_by or ConnectionResetError("it was closed before any stream was answered")
            raise ProblemError(crt_problem(lost_by, self.address))

    def leave(self, *, reusable: bool) -> None:
        self.users -= 1
        self._retired = self._retired or not reusable or self.users == 0
        if self.users == 0:
            self._close()

    def _close(self) -> None:
        if self.opened is not None:
            self.opened.close()
        else:
            self._opening.cancel()
            if self._opening.done():
                self.shut.set()

    async def _open(self, network: Network) -> None:
        loop, started_s = asyncio.get_running_loop(), time.monotonic()
        waiter: asyncio.Future[Any] = loop.create_future()

        def arrived(future: ThreadFuture[Any], _: float) -> None:
            error = future.exception()
            if waiter.done():
                if error is None:
                    future.result().close()  # connected after the caller had stopped waiting
            elif error is None:
                waiter.set_result(future.result())
            else:
                waiter.set_exception(error)

        future = network.connect(self.address.host, self.address.port, self._crt_settings)
        future.add_done_callback(lambda done: self._post(arrived, done, 0.0))
        try:
            async with asyncio.timeout(self._limits.tls_reason_s):
                opened = await waiter
        except TimeoutError:
            self.shut.set()
            detail = f"{self._limits.tls_reason_s:g} s"
            raise ProblemError(connect_problem("tls_timeout", self.address, detail)) from None
        except AwsCrtError as error:
            self.shut.set()
            proxy = proxy_for(self.address.host, self.address.port)
            waited = f"{self._limits.connect_s:g} s"
            raise ProblemError(crt_problem(error, self.address, waited, proxy.address if proxy else None)) from error
        except asyncio.CancelledError:
            self.shut.set()
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                waiter.result().close()  # connected in the same moment
            raise
        self.opening_s = time.monotonic() - started_s
        opened.shutdown_future.add_done_callback(lambda done: self._post(self._on_shut, done.exception(), 0.0))
        network.no_delay.apply()
        self.opened = opened

    def know_settings(self) -> None:
        """The server's settings have arrived: streams that wait for them may go on."""
        self.streams_max = max(1, min(self.streams_wanted, self._allowed))
        self.settings_known.set()

    def _crt_settings(self, settings: Sequence[crt_http.Http2Setting]) -> None:
        for setting in settings:
            if setting.id == crt_http.Http2SettingID.MAX_CONCURRENT_STREAMS:
                # At once: answers reach the loop on another way, and may be sooner there than what is posted here.
                self._allowed = setting.value
        self._post(self._on_settings, None, time.monotonic())

    def _on_settings(self, _: object, __: float) -> None:
        self.know_settings()

    def _on_shut(self, error: BaseException | None, _: float) -> None:
        self.opened = None  # a stream that is kept must not keep the network thread alive
        self.lost_by = error
        self.shut.set()
        self.settings_known.set()  # nothing more to wait for
