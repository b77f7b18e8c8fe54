"""A search as an engine of the window, on the real built-in endpoint."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from flux_desktop.aws.account_records import ACCOUNT_FILE, encode_records
from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event, Received, RunEnded, RunStarted
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.report import PhaseDurations
from flux_desktop.evaluation.capacity.search import SearchSettings
from flux_desktop.experiments.capacity_plan import CapacityPlan, Progress, on_demand_plan
from flux_desktop.ui.services.capacity_engine import CapacityEngine
from tests.evaluation.capacity.test_account_timeline import records
from tests.ui import scripted
from tests.ui.conftest import until


def search_plan() -> CapacityPlan:
    source = DataSetSource(path=str(resource_path(SAMPLE_DATA_SET)))
    return CapacityPlan(
        run=on_demand_plan(scripted.plan(source=source), 4),
        criteria=(parse_criterion("wire_p95<10s"),),
        search=SearchSettings(start=2, max_streams=4),
        timing=PhaseDurations(settle_min_s=0.2, settle_max_s=0.2, measure_s=30.0, cool_down_s=0.0),
    )


async def test_stop_keeps_what_is_known_and_only_watched_messages_come() -> None:
    events: list[Event] = []
    seen: list[Progress] = []
    plan = search_plan()
    async with asyncio.timeout(60):
        local = LocalEndpoint()
        engine = CapacityEngine(events.append, plan, partial(Supervisor, local=local), lambda _: None, seen.append)
        engine.send(Watch(connections=[1]))
        running = asyncio.ensure_future(engine.run(plan.run))
        await until(lambda: any(isinstance(event, Received) for event in events), "a message has come")
        engine.stop()
        ended = await running
        await local.stop()
    assert isinstance(ended, RunEnded)
    assert engine.report is not None
    assert engine.report.result is not None
    assert engine.report.result.reason == "interrupted"
    assert any(isinstance(event, RunStarted) for event in events)
    assert {event.conn for event in events if isinstance(event, Received)} == {1}
    assert seen[-1].rung.streams == 2
    assert engine.session_folder is not None


async def test_the_account_of_a_search_is_read_where_it_was_observed(tmp_path: Path) -> None:
    read = CapacityEngine._read_account
    assert await read(None) is None
    assert await read(tmp_path) is None
    (tmp_path / ACCOUNT_FILE).write_bytes(encode_records(records()))
    timeline = await read(tmp_path)
    assert timeline is not None
    assert timeline.running[-1] == (231.0, 2)
    (tmp_path / ACCOUNT_FILE).unlink()
    (tmp_path / ACCOUNT_FILE).mkdir()
    assert await read(tmp_path) is None, "the page then shows what it saw itself"


async def test_a_search_stopped_before_it_began_runs_nothing() -> None:
    plan = search_plan()
    engine = CapacityEngine(lambda _: None, plan, Supervisor, lambda _: None, lambda _: None)
    engine.stop()
    ended = await engine.run(plan.run)
    assert ended.interrupted
    assert engine.report is None
