"""Tests for cluster.reachability."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from flux_desktop.cluster.coordinator import coordinate
from flux_desktop.cluster.membership import Membership, new_membership
from flux_desktop.cluster.reachability import Obstacle, obstacle


@contextlib.asynccontextmanager
async def running_coordinator() -> AsyncIterator[Membership]:
    ready: asyncio.Future[Membership] = asyncio.get_running_loop().create_future()
    coordinator = asyncio.create_task(coordinate("127.0.0.1:0", ready.set_result, lambda _: None))
    yield await ready
    coordinator.cancel()
    await asyncio.wait({coordinator})


@pytest.fixture
async def membership() -> AsyncIterator[Membership]:
    """Of a coordinator that is running."""
    async with running_coordinator() as membership:
        yield membership


async def test_a_coordinator_that_answers_is_reached(membership: Membership) -> None:
    assert await obstacle(membership) == Obstacle()


async def test_the_line_of_another_cluster_is_told_from_a_coordinator_that_is_not_there(membership: Membership) -> None:
    other = await obstacle(new_membership(membership.address))
    assert "not this cluster's coordinator" in other.why
    assert other.is_other_cluster
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = msgspec.structs.replace(membership, address=f"tls://127.0.0.1:{free.getsockname()[1]}")
        assert await obstacle(closed) == Obstacle("Connection refused.")


async def test_another_service_and_an_unknown_host_are_told(membership: Membership) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-other\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        other = msgspec.structs.replace(membership, address=f"tls://127.0.0.1:{port}")
        assert await obstacle(other) == Obstacle("What answers at that address is not a coordinator.")
    unknown = msgspec.structs.replace(membership, address="tls://no-such-host.invalid:1")
    assert await obstacle(unknown) == Obstacle("The host name no-such-host.invalid is not known.")


async def test_a_certificate_of_another_time_is_told_from_another_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux_desktop.cluster.membership.LIFETIME", timedelta(hours=-1))
    async with running_coordinator() as expired:
        found = await obstacle(expired)
    assert "compare the clocks" in found.why
    assert not found.is_other_cluster
