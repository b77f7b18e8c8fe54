"""Pieces of a request's body: order, end, errors, and stopping while one is awaited."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from flux_desktop.local_endpoint.http.body_reader import BodyReader
from flux_desktop.local_endpoint.http.wake_ups import WakeUps


class Body:
    """A body as the server library presents it: each piece is a future."""

    def __init__(self, *pieces: bytes, ends: bool = True) -> None:
        self.awaited: asyncio.Future[bytes] | None = None
        self._pieces = list(pieces)
        self._ends = ends

    def __aiter__(self) -> Body:
        return self

    def __anext__(self) -> asyncio.Future[bytes]:
        if not self._pieces and self._ends:
            raise StopAsyncIteration
        self.awaited = asyncio.get_running_loop().create_future()
        if self._pieces:
            self.awaited.set_result(self._pieces.pop(0))
        return self.awaited


async def test_pieces_are_taken_in_order_until_the_body_ends_and_empty_ones_are_not() -> None:
    pieces: list[bytes] = []
    await BodyReader(Body(b"a", b"", b"b"), lambda data, _: pieces.append(data) is None, WakeUps()).ended
    assert pieces == [b"a", b"b"]


async def test_nothing_is_requested_after_take_has_declined() -> None:
    body, pieces = Body(b"a", b"b", ends=False), list[bytes]()
    await BodyReader(body, lambda data, _: pieces.append(data) is not None, WakeUps()).ended
    await asyncio.sleep(0)
    assert pieces == [b"a"]
    assert body.awaited is not None
    assert body.awaited.done(), "no further piece is awaited"


async def test_an_error_while_taking_ends_the_reader_with_it() -> None:
    def take(_data: bytes, _at: float) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await BodyReader(Body(b"a", b"b"), take, WakeUps()).ended


async def test_an_error_of_the_server_library_ends_the_reader_with_it_and_no_other_reader() -> None:
    class Broken(Body):
        def __anext__(self) -> asyncio.Future[bytes]:
            raise RuntimeError("closed")

    wake_ups, pieces = WakeUps(), list[bytes]()
    broken = BodyReader(Broken(), lambda _data, _at: True, wake_ups)
    whole = BodyReader(Body(b"a"), lambda data, _: pieces.append(data) is None, wake_ups)
    with pytest.raises(RuntimeError, match="closed"):
        await broken.ended
    await whole.ended
    assert pieces == [b"a"]


@pytest.mark.parametrize("arrives", [False, True])
async def test_a_reader_that_is_stopped_takes_nothing_more_and_is_freed(arrives: bool) -> None:
    gc.collect()
    gc.disable()
    try:
        body, pieces = Body(ends=False), list[bytes]()
        reader = BodyReader(body, lambda data, _: pieces.append(data) is None, WakeUps())
        await asyncio.sleep(0)
        assert body.awaited is not None
        if arrives:
            body.awaited.set_result(b"a")
        reader.stop()
        reader.stop()
        assert reader.ended.cancelled()
        left = weakref.ref(reader)
        await asyncio.sleep(0)
        assert body.awaited.done()
        body.awaited = None
        del reader
        assert left() is None
        assert pieces == []
    finally:
        gc.enable()


async def test_a_reader_that_is_stopped_at_once_requests_nothing() -> None:
    body = Body(b"a")
    BodyReader(body, lambda _data, _at: True, WakeUps()).stop()
    await asyncio.sleep(0)
    assert body.awaited is None
