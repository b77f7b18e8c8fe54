"""Tests for cluster.threaded_pool, with a pool that notes on which thread it is called."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cluster.threaded_pool import ThreadedPool
from flux_desktop.engine.records.commands import ProxyVariables, StartRun, StopRun
from flux_desktop.engine.records.events import WorkerHeartbeat
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision import preflight
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo
from flux_desktop.engine.supervision.worker_pool import OnEvent

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
NONE = Credentials(access_key="", secret_key="")


class Pool:
    """Notes its calls with the name of the thread."""

    start_delay_s = 1.0

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.number, self.connections, self.refused = 1, [1, 2], None
        self.on_event: OnEvent = lambda *_: None
        self.sent = asyncio.Event()

    def note(self, name: str) -> None:
        self.calls.append((name, threading.current_thread().name))

    async def workers(self, plan: RunPlan, on_event: OnEvent):
        self.note("workers")
        if plan.connections > 9:
            raise ProblemError(Problem(code="x", what="Too many."))
        self.on_event = on_event
        return [self]

    async def prepare(self, plan: RunPlan, local: LocalEndpoint) -> preflight.Ready:
        self.note("prepare")
        await local.start(["x"])
        return preflight.Ready(plan=plan, credentials=NONE, notes=[], proxies=ProxyVariables())

    def faults(self) -> list[str]:
        return ["late"]

    async def close(self) -> None:
        self.note("close")

    async def start(self) -> None:
        self.note("start")

    async def serve(self, start: StartRun, first_commands) -> None:
        self.note("serve")
        self.on_event(1, WorkerHeartbeat())
        await self.sent.wait()

    def send(self, command: object) -> None:
        self.note("send")
        self.sent.set()

    async def stop(self) -> None:
        self.note("stop")


class Local(LocalEndpoint):
    started_on = ""

    async def start(self, arguments: Sequence[str] = ()) -> LocalEndpointInfo:
        self.started_on = threading.current_thread().name
        return LocalEndpointInfo(url="u", region="r", ca_file="c", access_key="a", secret_key="s")


async def test_everything_is_done_there_and_told_here() -> None:
    inner, local = Pool(), Local()
    pool = ThreadedPool(inner)
    assert pool.start_delay_s == 1.0
    event_threads: list[str] = []
    (worker,) = await pool.workers(PLAN, lambda *_: event_threads.append(threading.current_thread().name))
    await worker.start()
    await pool.prepare(PLAN, local)
    worker.connections += [3]
    assert inner.connections == [1, 2, 3]
    serving = asyncio.create_task(
        worker.serve(StartRun(plan=PLAN, connections=[1], origin_s=0, credentials=NONE), list)
    )
    while not event_threads:  # noqa: ASYNC110 - told from the other thread
        await asyncio.sleep(0)
    worker.send(StopRun())
    await serving
    await worker.stop()
    await pool.close()
    here = threading.current_thread().name
    assert (event_threads, local.started_on) == ([here], here)
    assert [name for name, _ in inner.calls] == ["workers", "start", "prepare", "serve", "send", "stop", "close"]
    assert {thread for _, thread in inner.calls} == {"cluster"}
    assert (pool.faults(), worker.refused) == (["late"], None)


async def test_its_problems_are_raised_here() -> None:
    pool = ThreadedPool(Pool())
    with pytest.raises(ProblemError, match="Too many"):
        await pool.workers(RunPlan(endpoint="e", source=PLAN.source, connections=10), lambda *_: None)
    await pool.close()
