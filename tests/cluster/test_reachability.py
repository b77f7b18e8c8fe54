"""Tests for cluster.reachability."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import msgspec
import pytest

from flux_desktop.cluster.coordinator import coordinate
from flux_desktop.cluster.membership import Membership, new_membership
from flux_desktop.cluster.reachability import unreachable_because


@pytest.fixture
async def membership() -> AsyncIterator[Membership]:
    """Of a coordinator that is running."""
    ready: asyncio.Future[Membership] = asyncio.get_running_loop().create_future()
    coordinator = asyncio.create_task(coordinate("127.0.0.1:0", ready.set_result, lambda _: None))
    yield await ready
    coordinator.cancel()
    await asyncio.wait({coordinator})


async def test_a_coordinator_that_answers_is_reached(membership: Membership) -> None:
    assert await unreachable_because(membership) == ""


async def test_the_line_of_another_cluster_is_told_from_a_coordinator_that_is_not_there(membership: Membership) -> None:
    assert "belongs to another cluster" in await unreachable_because(new_membership(membership.address))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = msgspec.structs.replace(membership, address=f"tls://127.0.0.1:{free.getsockname()[1]}")
        assert await unreachable_because(closed) == "Connection refused."


async def test_another_service_and_an_unknown_host_are_told(membership: Membership) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-other\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        other = msgspec.structs.replace(membership, address=f"tls://127.0.0.1:{port}")
        assert await unreachable_because(other) == "What answers at that address is not a coordinator."
    unknown = msgspec.structs.replace(membership, address="tls://no-such-host.invalid:1")
    assert await unreachable_because(unknown) == "The host name no-such-host.invalid is not known."
