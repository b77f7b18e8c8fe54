"""Tests of the opener of streams: what closing it does to streams that are being opened."""

from __future__ import annotations

import asyncio

import pytest

from flux_desktop.aws.stream.opener import StreamClosedError
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import CREDENTIALS, QUERY, Recorder, opener_to
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
