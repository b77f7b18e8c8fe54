"""Capacity searches: the real engine on the built-in endpoint, and the endpoint's own rules without time."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.recording.session_folder import has_recording
from flux_desktop.engine.records.events import ConnectionChanged, Event, RunEnded
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.worker_process import WorkerProcess
from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport, PhaseDurations
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import RungOutcome, RungSamples, judge
from flux_desktop.evaluation.capacity.search import Rung, SearchSettings, next_rung
from flux_desktop.experiments.capacity import CapacitySearch, StoppedError
from flux_desktop.experiments.capacity_plan import CapacityPlan, on_demand_plan
from flux_desktop.local_endpoint.faults.capacity import BEYOND, Capacity

LIMIT = parse_criterion("wire_p95_ms<400")
QUICK = PhaseDurations(settle_min_s=0.2, settle_max_s=0.4, measure_s=2.0, cool_down_s=0.1)


def plan(*local_arguments: str, max_streams: int = 4, **more: object) -> CapacityPlan:
    source = WavSource(path=str(resource_path("sample_audio/conversation.wav")), loop=True)
    run = RunPlan(endpoint="local", source=source, local_arguments=("--recogniser", "silent", *local_arguments))
    # The median of six values is bounded; its limit is far above what a busy machine shows.
    fields = {"criteria": (parse_criterion("wire_p50_ms<5000"),), "timing": QUICK} | more
    return CapacityPlan(
        run=on_demand_plan(run, max_streams),
        search=SearchSettings(start=1, max_streams=max_streams, repeats=1),
        **fields,  # type: ignore[arg-type]
    )


async def test_a_real_endpoint_that_refuses_is_bracketed_and_the_search_recorded(tmp_path: Path) -> None:
    shown: list[RungOutcome] = []
    events: list[Event] = []
    search = CapacitySearch(
        plan("--capacity", "2", "--beyond", "refuse"),
        on_rung=shown.append,
        on_event=events.append,
        sessions_dir=tmp_path,
    )
    report = await search.run()
    assert report.result is not None
    print([(each.streams, each.judgement, each.reason) for each in shown], report.sentence)
    assert (report.result.kind, report.result.passes, report.result.fails) == ("REFUSED", 2, 3)
    assert [each.streams for each in shown] == [1, 2, 4, 3]
    assert all(each.connected == min(2, each.streams) for each in shown)
    assert 0.1 < report.stream_minutes < 5
    assert search.session_folder is not None
    stored = msgspec.json.decode((search.session_folder / REPORT_FILE).read_bytes(), type=CapacityReport)
    assert stored.result == report.result
    assert len(stored.rungs) == 4
    assert has_recording(search.session_folder)
    assert isinstance(events[-1], RunEnded)
    assert not events[-1].interrupted, "the search ended it as planned"


async def test_a_stream_that_is_lost_fails_its_rung(tmp_path: Path) -> None:
    report = await CapacitySearch(plan("--fault", "cut-once=1.5", max_streams=1), sessions_dir=tmp_path).run()
    first = report.rungs[0]
    assert (first.judgement, first.lost, first.reason) == ("FAIL", 1, "1 of 1 stream was lost")
    assert report.result is not None
    assert report.result.shape is None, "it was not its latency"


async def test_a_sender_that_dies_makes_the_search_invalid_and_is_not_blamed_on_the_endpoint(tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(event: Event) -> None:
        if isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING and not killed:
            (worker,) = search._supervisor._workers
            assert isinstance(worker, WorkerProcess)
            assert worker._child is not None
            killed.append(worker._child.process.pid)
            os.kill(killed[0], signal.SIGKILL)

    search = CapacitySearch(plan(), sessions_dir=tmp_path, on_event=kill)
    report = await search.run()
    assert report.result is not None
    assert report.result.kind == "INVALID"
    assert report.result.reason == "The process that ran this connection ended unexpectedly"
    assert report.rungs == []


async def test_what_the_recording_lacks_is_known(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    search = CapacitySearch(plan(), sessions_dir=tmp_path / "file", on_rung=lambda _: search.stop())
    await search.run()
    assert search.unrecorded.startswith("The run was not recorded.")


async def test_a_search_that_is_stopped_keeps_what_is_known(tmp_path: Path) -> None:
    left_s: list[float] = []
    timing = msgspec.structs.replace(QUICK, settle_max_s=5.0)
    search = CapacitySearch(
        plan(timing=timing),
        sessions_dir=tmp_path,
        on_rung=lambda _: search.stop(),
        on_progress=lambda progress: left_s.append(progress.left_s) if progress.phase == "settling" else None,
    )
    report = await search.run()
    assert left_s[0] > 4.0, "of the whole phase"
    assert report.sentence == "LOWER BOUND: at least 1 conversation, interrupted."


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"budget_stream_minutes": 1.5}, "the budget of 1.5 stream-minutes is used up"),
        ({"until": datetime(2020, 1, 1, 12, 0, tzinfo=UTC)}, "12:00 was reached"),
        ({}, None),
    ],
)
def test_budget_and_time_end_a_search(more: dict[str, object], reason: str | None, monkeypatch) -> None:
    search = CapacitySearch(plan(**more))
    search._take(ConnectionChanged(t=0.0, conn=1, state=ConnectionState.STREAMING))
    monkeypatch.setattr(search, "_now", lambda: 100.0)  # seconds of one open stream
    if reason is None:
        search._check_limits()
        return
    with pytest.raises(StoppedError, match=reason):
        search._check_limits()


async def test_an_endpoint_that_scales_makes_the_rung_invalid(tmp_path: Path) -> None:
    counts = iter([1, 1, 1, 2])

    async def instances() -> int:
        return next(counts, 2)

    report = await CapacitySearch(plan(max_streams=2), sessions_dir=tmp_path, instances=instances).run()
    assert [each.judgement for each in report.rungs][:2] == ["PASS", "INVALID"]
    assert report.rungs[1].instances_changed
    assert report.rungs[2].streams == 1, "what was known before is dropped"


async def test_a_run_that_cannot_start_is_no_result(tmp_path: Path) -> None:
    wrong = plan()
    wrong = msgspec.structs.replace(wrong, run=msgspec.structs.replace(wrong.run, source=WavSource(path="none.wav")))
    search = CapacitySearch(wrong, sessions_dir=tmp_path)
    report = await search.run()
    assert report.result is not None
    assert report.result.kind == "INVALID"
    assert "none.wav" in report.sentence
    assert search.problem is not None


@pytest.mark.parametrize("beyond", BEYOND)
def test_a_known_capacity_is_found_in_20_of_20_searches(beyond: str) -> None:
    """The built-in endpoint's rules with the latencies of a quiet machine, one Update a second for a minute."""
    capacity = Capacity(24, next(each for each in BEYOND if each == beyond))
    capacities = [_search_by_rules(capacity, seed).passes for seed in range(20)]
    print(beyond, capacities)
    assert all(23 <= passes <= 25 for passes in capacities)


def _search_by_rules(capacity: Capacity, seed: int) -> Result:
    rng = np.random.default_rng(seed)
    history: list[RungOutcome] = []
    while isinstance(step := next_rung(history, SearchSettings(max_streams=100)), Rung):
        history.append(_rung_by_rules(capacity, step, rng))
    return step


def _rung_by_rules(capacity: Capacity, rung: Rung, rng: np.random.Generator) -> RungOutcome:
    connected = 0
    while connected < rung.streams and not capacity.refuses_another(connected):
        connected += 1
    delay_ms = 1000 * capacity.delay_s(connected)
    values = [delay_ms + rng.gamma(2.0, 15.0, 60 * rung.attempt) for _ in range(connected)]
    refused = rung.streams - connected
    judgement, figures, reason = judge(
        RungSamples(values={"wire": values}), [LIMIT], streams=rung.streams, connected=connected, refused=refused
    )
    return RungOutcome(
        streams=rung.streams,
        judgement=judgement,
        approach=rung.approach,
        after_cool_down=rung.cool_down,
        attempt=rung.attempt,
        measured=figures,
        reason=reason,
        connected=connected,
        refused=refused,
    )
