"""Tests for engine.supervision.worker_pool; the supervisor's own tests carry out whole runs with it."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision import worker_pool
from flux_desktop.engine.supervision.worker_pool import ProcessPool


def plan(**fields) -> RunPlan:
    return RunPlan(endpoint="local", source=WavSource(path="a.wav"), **fields)


async def test_connections_are_dealt_to_as_many_processes_as_the_plan_needs() -> None:
    (worker,) = await ProcessPool().workers(plan(connections=3), lambda *_: None)
    assert (worker.number, worker.connections, worker.refused) == (1, [1, 2, 3], None)


async def test_a_run_on_demand_begins_without_any() -> None:
    (worker,) = await ProcessPool().workers(plan(connections=3, on_demand=True), lambda *_: None)
    assert worker.connections == []


async def test_a_plan_that_needs_more_files_than_may_be_open_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "allow_many_files", lambda: 256)
    with pytest.raises(ProblemError):
        await ProcessPool().workers(plan(connections=5000), lambda *_: None)
