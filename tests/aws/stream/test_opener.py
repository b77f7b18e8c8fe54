"""Tests of the opener of streams: what closing it does to streams that are being opened, and what cannot be read."""

from __future__ import annotations

import asyncio

import pytest

from flux_desktop.aws.stream.opener import StreamClosedError
from tests.aws.hostile_peer import Session, hostile_peer
from tests.aws.streaming import CREDENTIALS, QUERY, Recorder, open_problem, opener_to
from tests.aws.throwaway_ca import Authority


@pytest.mark.parametrize("steps", range(3))
async def test_a_stream_that_is_being_opened_when_all_are_closed_is_reported_closed(
    steps: int, authority: Authority
) -> None:
    async with hostile_peer(authority, "connected") as peer, opener_to(peer) as opener:
        await (await opener.open(QUERY, CREDENTIALS, Recorder())).close()
        opening = asyncio.create_task(opener.open(QUERY, CREDENTIALS, Recorder()))
        for _ in range(steps):
            await asyncio.sleep(0)
        await opener.close()
        with pytest.raises(StreamClosedError):
            await opening


async def test_an_answer_that_the_runtime_cannot_read_is_said_to_be_the_cause(authority: Authority) -> None:
    async def long_header(session: Session) -> None:
        session.headers(x_long="a" * 9000)

    async with hostile_peer(authority, long_header) as peer:
        problem = await open_problem(peer)
    assert (problem.code, problem.what) == ("http2_error", f"127.0.0.1:{peer.port} sent what cannot be read as HTTP/2.")
    assert "a header that is longer than 4 kB" in problem.why
