"""Keys that expire in mid-run: renewed before, and used by the next stream of a connection."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionEnded, Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision import preflight
from flux_desktop.engine.supervision.credential_renewal import BEFORE_S, LOOK_S, keep_fresh
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from tests.aws.hostile_peer import Session, hostile_peer
from tests.aws.streaming import CREDENTIALS
from tests.aws.throwaway_ca import make_authority
from tests.engine.sending.memory_chunks import MemoryChunkSource
from tests.waiting import PATIENCE_S


def keys(name: str, expires_at_s: float | None) -> Credentials:
    return Credentials(access_key=name, secret_key="s" * 40, expires_at_s=expires_at_s)


class Clock:
    """Wall clock that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.delays_s: list[float] = []

    def wall_s(self) -> float:
        return self.now_s

    async def sleep(self, delay_s: float) -> None:
        self.delays_s.append(delay_s)
        self.now_s += delay_s
        await asyncio.sleep(0)


async def test_keys_are_renewed_before_they_expire_and_a_failure_is_reported_once_and_retried_ever_later():
    clock, renewed_keys, reported = Clock(), [], []
    failures = [ProblemError(Problem(code="sso_expired", what="Expired.", todo="Sign in.")) for _ in range(7)]

    async def load() -> Credentials:
        if failures:
            raise failures.pop()
        return keys("SECOND", None)

    first = keys("FIRST", clock.now_s + BEFORE_S + LOOK_S)
    await keep_fresh(first, load, renewed_keys.append, reported.append, wall_s=clock.wall_s, sleep=clock.sleep)
    assert [each.access_key for each in renewed_keys] == ["SECOND"]
    assert [problem.code for problem in reported] == ["credentials_not_renewed"]
    assert "Sign in." in reported[0].todo
    assert clock.delays_s == [LOOK_S, 30, 60, 120, 240, 480, 480, 480, LOOK_S]


async def test_a_second_series_of_failures_is_reported_again():
    clock, reported = Clock(), []
    results = [None, keys("SECOND", 5000.0), None, keys("THIRD", None)]

    async def load() -> Credentials:
        result = results.pop(0)
        if result is None:
            raise ProblemError(Problem(code="sso_expired", what="Expired."))
        return result

    first = keys("FIRST", clock.now_s)
    await keep_fresh(first, load, lambda _: None, reported.append, wall_s=clock.wall_s, sleep=clock.sleep)
    assert len(reported) == 2


HELPER = """#!/bin/sh
n=$(cat "$CALLS" 2>/dev/null || echo 0); n=$((n + 1)); echo $n >"$CALLS"
[ $n -gt 2 ] && { echo "Your session has expired, please run: corp-login"; exit 0; }
printf '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s","SessionToken":"t","Expiration":"%s"}' \
  "$(date -u -d '+320 seconds' +%Y-%m-%dT%H:%M:%SZ)"
"""


async def test_a_helper_that_stops_giving_keys_is_reported_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It then prints words instead of JSON; the run it would end has healthy streams."""
    helper = tmp_path / "helper.sh"
    helper.write_text(HELPER)
    helper.chmod(0o755)
    (tmp_path / "config").write_text(f"[profile cp]\ncredential_process = {helper}\n")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    plan = RunPlan(endpoint="x", source=WavSource(path="none.wav"), profile="cp")
    first = await preflight.fresh_credentials(plan)
    clock, reported, done = Clock(), [], asyncio.Event()
    clock.now_s = first.expires_at_s

    async def sleep(delay_s: float) -> None:
        await clock.sleep(delay_s)
        if len(clock.delays_s) == 3:
            done.set()
            await asyncio.Event().wait()

    renewing = asyncio.create_task(
        keep_fresh(
            first,
            lambda: preflight.fresh_credentials(plan),
            lambda _: None,
            reported.append,
            wall_s=clock.wall_s,
            sleep=sleep,
        )
    )
    async with asyncio.timeout(PATIENCE_S):
        await done.wait()
    assert not renewing.done()
    renewing.cancel()
    await asyncio.wait({renewing})
    (problem,) = reported
    assert "credential_process of profile “cp”" in problem.why
    assert str(helper) in problem.why


async def test_keys_that_hold_are_left_alone():
    async def load() -> Credentials:
        raise AssertionError("the keys are still valid")

    clock = Clock()
    await keep_fresh(keys("K", None), load, print, print)
    holding = asyncio.create_task(
        keep_fresh(keys("K", clock.now_s + 3600), load, print, print, wall_s=clock.wall_s, sleep=clock.sleep)
    )
    while len(clock.delays_s) < 100:  # noqa: ASYNC110 - the task runs in between
        await asyncio.sleep(0)
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
        run = Run(
            start, transport, lambda *_: MemoryChunkSource(audio, 2560, loop=False, limit_bytes=None), events.append
        )
        async with asyncio.timeout(PATIENCE_S):
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
