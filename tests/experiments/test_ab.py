"""Comparisons: which stream belongs to which arm."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.evaluation.comparing.paired import ComparisonVerdict, Primary
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.turns.turn_figures import turn_figures
from flux_desktop.experiments.ab import AbPlan, ab_plans, by_arm, by_endpoint, kept_report, longest_minutes, scored
from flux_desktop.experiments.clip_run import ClipRunResult
from flux_desktop.flux.options import FluxOptions
from flux_desktop.reports.findings import read_experiment
from tests.evaluation.spoken_clips import played, random_clip

A, B = FluxOptions(eot_threshold=0.7), FluxOptions(eot_threshold=0.9)
PLAN = AbPlan(
    base=RunPlan(endpoint="one", source=WavSource(path="a")), data="d.jsonl", entries=(0, 1, 2), a=A, b=B, at_once=4
)


def test_on_one_endpoint_each_clip_is_sent_a_b_b_a_in_one_run() -> None:
    (plan,) = ab_plans(PLAN)
    assert isinstance(plan.source, DataSetSource)
    entries = plan.source.entries
    assert [entries[place : place + 4] for place in range(0, 12, 4)] == [(place,) * 4 for place in entries[::4]]
    assert sorted(set(entries)) == [0, 1, 2]
    assert [plan.options_for(conn).eot_threshold for conn in (1, 2, 3, 4, 5)] == [0.7, 0.9, 0.9, 0.7, 0.7]


def test_two_endpoints_send_the_same_clips_in_the_same_order() -> None:
    one, two = ab_plans(replace(PLAN, base_b=replace(PLAN.base, endpoint="two")))
    assert isinstance(one.source, DataSetSource)
    assert isinstance(two.source, DataSetSource)
    assert (one.endpoint, two.endpoint, one.connections, two.connections) == ("one", "two", 2, 2)
    assert one.source.entries == two.source.entries
    assert len(one.source.entries) == 6


def test_clips_that_state_no_turns_are_not_sent() -> None:
    (plan,) = ab_plans(replace(PLAN, entries=(1, 4)))
    assert isinstance(plan.source, DataSetSource)
    assert set(plan.source.entries) == {1, 4}


def test_the_time_is_that_of_the_connection_which_streams_longest() -> None:
    clips = [Clip(path=Path("c.wav"), duration_s=10.0) for _ in range(3)]
    slow = replace(PLAN, a=replace(A, eot_timeout_ms=2000), b=replace(B, eot_timeout_ms=7000), at_once=5)
    a_s, b_s = 12.5, 17.5
    stream_minutes, minutes = longest_minutes(slow, clips)
    assert 60 * stream_minutes == pytest.approx(6 * (a_s + b_s))
    assert 60 * minutes == pytest.approx(2 * a_s + b_s), "a twelfth stream on five connections"
    stream_minutes, minutes = longest_minutes(replace(slow, base_b=replace(PLAN.base, endpoint="two")), clips)
    assert 60 * stream_minutes == pytest.approx(6 * (a_s + b_s))
    assert 60 * minutes == pytest.approx(3 * b_s), "six streams of arm B on two connections"


def test_with_two_endpoints_the_figures_of_both_are_of_a_pass_through_all_clips() -> None:
    def run(eot: float) -> list[Trace]:
        clips = [random_clip(f"clip {place}", place) for place in range(12)]
        twice = [clip for clip in clips for _ in range(2)]
        return [replace(played(clip, Setting(eot=eot)), conn=conn) for conn, clip in enumerate(twice, 1)]

    result = scored(*by_endpoint(run(0.7), run(0.9)), [])
    passes = (result.a_first, result.a_second, result.b_first, result.b_second)
    assert [len({score.clip for score in each}) for each in passes] == [12] * 4
    report = kept_report(replace(PLAN, base_b=replace(PLAN.base, endpoint="two")), result)
    assert report.figures_b == turn_figures(result.b_first)
    assert report.figures_a.turns == report.figures_b.turns == sum(len(score.turns) for score in result.b_second)


def test_a_higher_threshold_is_slower_and_the_built_in_endpoint_has_no_noise() -> None:
    traces = []
    for place in range(12):
        clip = random_clip(f"clip {place}", place)
        for arm, eot in enumerate((0.7, 0.9, 0.9, 0.7), 1):
            traces.append(replace(played(clip, Setting(eot=eot)), conn=4 * place + arm))
    result = scored(*by_arm(traces), [])
    assert (len(result.a_first), len(result.a_second), len(result.b)) == (12, 12, 24)
    comparison = result.compare(Primary.WAIT, 50)
    assert comparison.wait_ms.noise.value == 0
    assert comparison.verdict is ComparisonVerdict.WORSE
    assert result.problem is None


@pytest.mark.parametrize(("endpoints", "what"), [(1, "comparison"), (2, "run of arm B")])
def test_an_invalid_run_is_noted_in_the_report_and_beside_the_recording(
    endpoints: int, what: str, tmp_path: Path
) -> None:
    ended = [RunEnded(t=1.0, verdict=Verdict.DONE, ledger={})] * (endpoints - 1)
    ended.append(RunEnded(t=1.0, verdict=Verdict.INVALID, ledger={}, reasons=["the engine stalled"]))
    runs = [ClipRunResult(ended=each, session_folder=tmp_path, done=1, failed=0) for each in ended]
    traces = [replace(played(random_clip("clip", 1), Setting()), conn=conn) for conn in (1, 2, 3, 4)]
    report = kept_report(PLAN, scored(*by_arm(traces), runs))
    note = f"The {what} is INVALID, so its delivery times are not reliable: the engine stalled."
    assert report.notes == [note]
    experiment = read_experiment(tmp_path)
    assert experiment is not None
    assert note in experiment.sentences
