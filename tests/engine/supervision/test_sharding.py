"""How connections and limits of a run are distributed over its workers."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.supervision.sharding import dealt, plan_share, shares

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))


def test_streams_are_dealt_out_over_at_most_one_worker_a_core() -> None:
    plan = msgspec.structs.replace(PLAN, connections=250)
    assert shares(plan, cores=8) == [list(range(1, 251))]
    plan = msgspec.structs.replace(PLAN, connections=1000)
    by_worker = shares(plan, cores=2)
    assert [len(share) for share in by_worker] == [500, 500]
    assert sorted(conn for share in by_worker for conn in share) == list(range(1, 1001))
    assert len(shares(plan, cores=64)) == 4


def test_a_microphone_is_read_by_one_worker() -> None:
    plan = msgspec.structs.replace(PLAN, connections=1000, source=MicrophoneSource())
    assert len(shares(plan, cores=8)) == 1


def test_a_connection_is_always_served_by_the_same_worker() -> None:
    assert dealt([1, 2, 3, 4, 5], 2) == [[1, 3, 5], [2, 4]]
    assert dealt([4, 5], 2) == [[5], [4]]
    assert dealt([1], 0) == []


def test_the_parts_of_a_limit_add_up_to_it() -> None:
    plan = msgspec.structs.replace(PLAN, connections=20, held_max=8, opening_max=2)
    parts = [plan_share(plan, worker, 3) for worker in (1, 2, 3)]
    assert [part.held_max for part in parts] == [3, 3, 2]
    assert [part.opening_max for part in parts] == [1, 1, 1]
