"""Keys that expire in mid-run: renewed before, and used by the next stream of a connection."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionEnded, Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.chunk_source import FileChunkSource
from flux_desktop.engine.supervision import preflight
from flux_desktop.engine.supervision.credential_renewal import BEFORE_S, keep_fresh
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from tests.aws.hostile_peer import Session, hostile_peer
from tests.aws.streaming import CREDENTIALS
from tests.aws.throwaway_ca import make_authority


def keys(name: str, expires_at_s: float | None) -> Credentials:
    return Credentials(access_key=name, secret_key="s" * 40, expires_at_s=expires_at_s)


async def test_keys_are_renewed_before_they_expire_and_a_failure_is_told_once():
    now_s, given, told = 1000.0, [], []
    answers = [ProblemError(Problem(code="sso_expired", what="Expired.", todo="Sign in.")) for _ in range(2)]

    async def load() -> Credentials:
        if answers:
            raise answers.pop()
        return keys("SECOND", None)

    first = keys("FIRST", now_s + BEFORE_S)
    await keep_fresh(first, load, given.append, told.append, wall_s=lambda: now_s, look_s=0.0)
    assert [each.access_key for each in given] == ["SECOND"]
    assert [problem.code for problem in told] == ["credentials_not_renewed"]
    assert "Sign in." in told[0].todo


async def test_keys_that_hold_are_left_alone():
    async def load() -> Credentials:
        raise AssertionError("nobody asked")

    await keep_fresh(keys("K", None), load, print, print)
    holding = asyncio.create_task(keep_fresh(keys("K", time.time() + 3600), load, print, print, look_s=0.0))
    await asyncio.sleep(0.02)
    assert not holding.done()
    holding.cancel()
    await asyncio.wait({holding})


async def test_the_next_stream_of_a_connection_is_opened_with_the_fresh_keys(tmp_path: Path):
    fresh = Credentials(access_key="AKIDFRESH", secret_key="y" * 40)
    events: list[Event] = []

    async def cut_the_first(session: Session) -> None:
        number = len(peer.sessions)
        session.headers()
        session.message(b'{"type":"Connected","sequence_id":0}')
        if number == 1:
            await session.frames_count(3)
            transport.renew(fresh)
            session.abort()
            return
        await session.until(lambda: any(b"CloseStream" in frame.payload for frame in session.frames))
        session.end()

    async with hostile_peer(make_authority(tmp_path), cut_the_first) as peer:
        plan = RunPlan(
            endpoint="hostile", source=WavSource(path="none.wav"), endpoint_url=peer.url, ca_file=str(peer.ca_file)
        )
        start = StartRun(plan=plan, connections=[1], origin_s=time.monotonic(), credentials=CREDENTIALS)
        audio = bytes(2560) * 30
        transport = SageMakerTransport(plan, CREDENTIALS)
        run = Run(start, transport, lambda _: FileChunkSource(audio, 2560, loop=False, limit_bytes=None), events.append)
        async with asyncio.timeout(20):
            await run.carry_out()
        first, second = (session.request["authorization"] for session in peer.sessions)
    assert CREDENTIALS.access_key in first
    assert fresh.access_key in second
    summary = next(event.summary for event in events if isinstance(event, ConnectionEnded))
    assert summary.reconnects == 1


async def test_fresh_keys_reach_the_streams_that_are_opened_after_them(driver, monkeypatch):
    """They are wrong ones here, so that the first stream that has them tells so."""
    monkeypatch.setattr(
        LocalEndpointInfo,
        "credentials",
        property(
            lambda info: Credentials(access_key=info.access_key, secret_key=info.secret_key, expires_at_s=time.time())
        ),
    )

    async def wrong(_: RunPlan) -> Credentials:
        return keys("AKIDWRONG", None)

    monkeypatch.setattr(preflight, "fresh_credentials", wrong)
    ended = await driver.run(fault="cut-once=1", loop=True, duration_s=8.0)
    assert ended.ledger["completed"] == 0
    assert driver.summaries[1].problem.code == "credentials_invalid"
