"""Tests of the stream-minutes of a plan, which are its cost."""

from __future__ import annotations

import pytest

from flux_desktop.datasets.assignment import clip_order
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage
from flux_desktop.engine.records.stream_minutes import planned_stream_minutes

CLIPS_S = (58.0, 28.0, 4.0)
"""With the usual silence of 2 s: 96 s."""


def seconds(source: DataSetSource, connections: int, **fields: object) -> float | None:
    plan = RunPlan(endpoint="my-flux", source=source, connections=connections, **fields)  # type: ignore[arg-type]
    minutes = planned_stream_minutes(plan, file_s=None, clips_s=CLIPS_S)
    return None if minutes is None else round(60 * minutes, 6)


def test_every_clip_of_a_pass_is_sent_once_however_the_connections_share_it() -> None:
    own, fresh = DataSetSource(path="d"), DataSetSource(path="d", fresh_connection=True, passes=2)
    assert [seconds(own, connections) for connections in (1, 2, 3)] == [96, 96, 96]
    assert [seconds(fresh, connections, held_max=2) for connections in (6, 8)] == [192, 192]
    assert seconds(DataSetSource(path="d", at_once=True), 4) == 4 * 96


def test_every_connection_sends_a_clip_at_least() -> None:
    extra_s = sum(CLIPS_S[next(clip_order(conn, 5, 3, 0))] + 2 for conn in (4, 5))
    assert seconds(DataSetSource(path="d"), 5) == 96 + extra_s
    assert seconds(DataSetSource(path="d", passes=2), 5) == 192


def test_the_wait_before_the_audio_is_a_part_of_each_stream() -> None:
    fresh = DataSetSource(path="d", fresh_connection=True)
    assert seconds(fresh, 4, idle_before_audio_s=10.0) == 96 + 3 * 10, "the fourth clip cannot be used"
    assert seconds(DataSetSource(path="d"), 2, idle_before_audio_s=10.0) == 96 + 2 * 10
    assert seconds(DataSetSource(path="d"), 2, duration_s=30.0, idle_before_audio_s=10.0) == 80


def test_a_file_is_as_long_as_it_is_unless_it_is_repeated() -> None:
    def of(*, loop: bool, **fields: object) -> float | None:
        source = WavSource(path="a.wav", loop=loop)
        plan = RunPlan(endpoint="my-flux", source=source, connections=3, **fields)  # type: ignore[arg-type]
        return planned_stream_minutes(plan, file_s=60.0, clips_s=None)

    stages = (Stage(3, 120.0),)
    assert (of(loop=False), of(loop=False, duration_s=120.0), of(loop=False, stages=stages)) == (3, 3, 3)
    assert (of(loop=True), of(loop=True, duration_s=120.0), of(loop=True, stages=stages)) == (None, 6, 6)


@pytest.mark.parametrize("duration_s", [None, 60.0])
def test_clips_of_unknown_length(duration_s: float | None) -> None:
    plan = RunPlan(endpoint="my-flux", source=DataSetSource(path="d"), connections=2, duration_s=duration_s)
    assert planned_stream_minutes(plan, file_s=None, clips_s=None) == (None if duration_s is None else 2)


@pytest.mark.parametrize("fresh", [False, True])
def test_a_data_set_of_which_nothing_can_be_used(fresh: bool) -> None:
    plan = RunPlan(endpoint="my-flux", source=DataSetSource(path="d", fresh_connection=fresh), connections=2)
    assert planned_stream_minutes(plan, file_s=None, clips_s=[]) == 0
