"""All streams are throttled: the run as a whole stays within its budget of retries."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.events import ConnectionChanged, Event, RunStarted
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.flux.options import FluxOptions

pytestmark = [pytest.mark.faults, pytest.mark.timeout(540)]


async def test_500_throttled_streams_retry_at_most_100_times_in_ten_seconds(tmp_path: Path) -> None:
    events: list[tuple[float, Event]] = []
    supervisor = Supervisor(lambda event: events.append((time.monotonic(), event)), sessions_dir=tmp_path)
    plan = RunPlan(
        endpoint="local",
        source=WavSource(path=str(resource_path("sample_audio/conversation.wav"))),
        options=FluxOptions(),
        connections=500,
        local_arguments=("--recogniser", "silent", "--fault", "throttled=100"),
    )
    began_s = time.monotonic()
    ended = await supervisor.run(plan)
    took_s = time.monotonic() - began_s
    assert ended.ledger["connect failed"] == 500
    first_s = next(at_s for at_s, event in events if isinstance(event, RunStarted))
    changes = [(at_s - first_s, event) for at_s, event in events if isinstance(event, ConnectionChanged)]
    retries_s = [
        at_s for at_s, event in changes if event.state is ConnectionState.CONNECTING and event.problem is not None
    ]
    soon = sum(at_s <= 10.0 for at_s in retries_s)
    print(
        f"500 throttled streams: {soon} retries in the first 10 s, {len(retries_s)} in all, over after {took_s:.1f} s"
    )
    assert 40 <= soon <= 100
