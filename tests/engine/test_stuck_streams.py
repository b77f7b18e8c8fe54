"""Streams whose peer hangs, as the engine ends them: with a class, a sentence, and within its limits."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from hostile_peer import hostile_peer
from streaming import CREDENTIALS
from throwaway_ca import Authority, make_authority

from flux_desktop.engine.commands import StartRun
from flux_desktop.engine.context import Limits
from flux_desktop.engine.events import Event, StreamEnded
from flux_desktop.engine.feed import FileFeed
from flux_desktop.engine.plan import RunPlan, WavSource
from flux_desktop.engine.run import Run

QUICK = Limits(connected_s=0.5, drain_s=0.5, backlog_s=0.5, silent_turn_s=0.5)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


@pytest.mark.parametrize(
    ("behaviour", "peer_options", "ledger", "code"),
    [
        ("reset-before-headers", {}, "connect failed", None),
        ("refused-stream", {}, "connect failed", None),
        ("goaway-before-headers", {}, "connect failed", None),
        ("abort-before-headers", {}, "connect failed", None),
        ("reset-mid-stream", {}, "failed in mid-stream", None),
        ("abort-mid-stream", {}, "failed in mid-stream", None),
        ("end-unasked", {}, "failed in mid-stream", None),
        ("connected", {"initial_window": 0}, "failed in mid-stream", "send_stalled"),
        ("connected", {}, "failed in mid-stream", "not_closed"),
        ("close-politely", {}, "no transcript", None),
    ],
)
async def test_every_stuck_stream_ends_in_its_class(authority, behaviour, peer_options, ledger, code):
    events: list[Event] = []
    async with hostile_peer(authority, behaviour, **peer_options) as peer:
        plan = RunPlan(
            endpoint="hostile", source=WavSource(path="none.wav"), endpoint_url=peer.url, ca_file=str(peer.ca_file)
        )
        start = StartRun(plan=plan, connections=[1], origin_s=time.monotonic(), credentials=CREDENTIALS)
        # Else an end that comes after all was sent is a regular one.
        endless = ledger == "failed in mid-stream" and code != "not_closed"
        run = Run(
            start,
            lambda _: FileFeed(bytes(2560), 2560, loop=endless, limit_bytes=None),
            events.append,
            limits=QUICK,
        )
        async with asyncio.timeout(10):
            await run.carry_out()
    summary = next(event.summary for event in events if isinstance(event, StreamEnded))
    assert summary.ledger == ledger
    if ledger == "no transcript":
        assert summary.problem is None
        return
    assert summary.problem.what.endswith(".")
    assert summary.problem.todo
    assert code is None or summary.problem.code == code
