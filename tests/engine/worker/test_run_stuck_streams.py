"""Streams whose peer hangs, as the engine ends them: with a class, a sentence, and within its limits."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from flux_desktop.engine.connection.context import Timeouts
from flux_desktop.engine.connection.retry_policy import RetryPolicy
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionEnded, Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from tests.aws.hostile_peer import Peer, Session, hostile_peer
from tests.aws.streaming import CREDENTIALS
from tests.aws.throwaway_ca import Authority, make_authority
from tests.engine.sending.memory_chunks import MemoryChunkSource
from tests.waiting import PATIENCE_S

QUICK = Timeouts(backlog_s=0.5, drain_s=0.5)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


def hostile_run(peer: Peer, events: list[Event], limits: Timeouts, *, endless: bool = False) -> Run:
    """One stream of silence to a peer: a single chunk, or without end."""
    plan = RunPlan(
        endpoint="hostile", source=WavSource(path="none.wav"), endpoint_url=peer.url, ca_file=str(peer.ca_file)
    )
    start = StartRun(plan=plan, connections=[1], origin_s=time.monotonic(), credentials=CREDENTIALS)
    feed = MemoryChunkSource(bytes(2560), 2560, loop=endless, limit_bytes=None)
    return Run(start, SageMakerTransport(plan, CREDENTIALS), lambda *_: feed, events.append, timeouts=limits)


async def test_late_headers_leave_less_time_for_connected(authority):
    """A stream that is accepted and never Connected ends within the limit of the whole opening."""
    events: list[Event] = []
    limits = Timeouts(connected_s=2 * PATIENCE_S, retry=RetryPolicy(opening_s=0.6))

    async def accept_and_say_nothing(session: Session) -> None:
        session.headers()
        await asyncio.Event().wait()

    async with hostile_peer(authority, accept_and_say_nothing) as peer:
        async with asyncio.timeout(PATIENCE_S):
            await hostile_run(peer, events, limits).carry_out()
    summary = next(event.summary for event in events if isinstance(event, ConnectionEnded))
    assert summary.ledger == "never Connected"


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
        # Else an end that comes after all was sent is a regular one.
        endless = ledger == "failed in mid-stream" and code != "not_closed"
        limits = QUICK if code else Timeouts()
        async with asyncio.timeout(PATIENCE_S):
            await hostile_run(peer, events, limits, endless=endless).carry_out()
    summary = next(event.summary for event in events if isinstance(event, ConnectionEnded))
    assert summary.ledger == ledger
    if ledger == "no transcript":
        assert summary.problem is None
        return
    assert summary.problem.what.endswith(".")
    assert summary.problem.todo
    assert code is None or summary.problem.code == code
