"""Sweeps: what is still to be recorded, and builds that refuse the highest threshold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.experiments import sweep
from flux_desktop.experiments.sweep import NO_FORCE_END, Sweep, force_ends_s
from flux_desktop.experiments.sweep_plan import TIMEOUT_MS, SweepPlan
from flux_desktop.experiments.sweep_state import SweepState
from flux_desktop.reports.sessions.facts import read_facts
from tests.evaluation.hand_made import turn
from tests.experiments.losing_pool import FAULT, LosingPool
from tests.experiments.test_clip_run import data_set  # noqa: F401 - a fixture
from tests.experiments.test_read_traces import ended, info, session


def sweep_of(data: Path, **changes: object) -> Sweep:
    plan = SweepPlan(base=RunPlan(endpoint="local", source=WavSource(path="none")), data=str(data), repeats=2)
    return Sweep(msgspec.structs.replace(plan, **changes), sessions_dir=data.parent / "sessions")


def record_once(interrupted_sweep: Sweep, data: Path) -> None:
    """As if the sweep had been interrupted after the first clip."""
    clip = ClipStarted(t=0.0, conn=1, clip=str(data.parent / "clip.wav"), audio_s=0.0)
    interrupted_sweep._sessions_dir.mkdir(exist_ok=True)
    session(
        interrupted_sweep._sessions_dir / "one",
        DataSetSource(path=str(data), entries=(0, 0)),
        clip,
        info(9.0, 0.9),
        ended(),
    )
    interrupted_sweep._state.sessions.append("one")
    interrupted_sweep._save()


def test_an_interrupted_sweep_is_continued_without_what_is_recorded(data_set: Path) -> None:  # noqa: F811
    first = sweep_of(data_set)
    assert (first.size.streams, first.size.recorded) == (2, 0)
    assert first.size.stream_minutes == pytest.approx(2 * (3 + TIMEOUT_MS / 1000 + 0.5) / 60)
    record_once(first, data_set)
    again = sweep_of(data_set)
    assert (again.size.recorded, again._left(again._recorded())) == (1, [0])
    assert sweep_of(data_set, restart=True).size.recorded == 0
    assert sweep_of(data_set, seed=7).size.recorded == 0, "another sweep"


def test_clips_without_turns_are_not_counted(data_set: Path) -> None:  # noqa: F811
    data_set.write_bytes(data_set.read_bytes() + b'\n{"audio_filepath":"clip.wav","offset":1.0}\n')
    size = sweep_of(data_set).size
    assert (size.clips, size.streams, size.recorded) == (1, 2, 0)


def test_the_time_is_that_of_the_connection_which_streams_longest(data_set: Path) -> None:  # noqa: F811
    stream_s = 3 + TIMEOUT_MS / 1000 + 0.5
    size = sweep_of(data_set, repeats=5, at_once=4).size
    assert (60 * size.stream_minutes, 60 * size.minutes) == pytest.approx((5 * stream_s, 2 * stream_s))
    assert size.live_s([TIMEOUT_MS] * 9, 4) == pytest.approx(3 * stream_s)
    assert size.live_s([60_000, *[TIMEOUT_MS] * 3], 4) == pytest.approx(stream_s + 50)
    assert size.live_streams_s([60_000, 500]) == pytest.approx([stream_s + 50, stream_s - 9.5])


def test_each_run_of_a_sweep_ends_before_the_next_one_begins(
    data_set: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep, "_PER_RUN_MAX", 2)
    assert 60 * sweep_of(data_set, repeats=3, at_once=4).size.minutes == pytest.approx(
        2 * (3 + TIMEOUT_MS / 1000 + 0.5)
    )


def test_a_complete_sweep_is_recorded_anew(data_set: Path) -> None:  # noqa: F811
    one = sweep_of(data_set, repeats=1)
    record_once(one, data_set)
    recording = asyncio.run(one.run())
    assert (len(recording.traces), recording.missing) == (1, 0)
    assert sweep_of(data_set, repeats=1)._state == SweepState()


def test_a_build_that_refuses_the_highest_threshold_and_forced_ends_is_recorded_without(
    data_set: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep, "TIMEOUT_MS", 1000)  # the silence after the clip
    monkeypatch.setattr(sweep, "FORCE_BEFORE_S", 10.0)  # as soon as the first turn has ended
    turns = [{"text": "", "start_s": 0.0, "end_s": 0.05}, {"text": "", "start_s": 1.5, "end_s": 2.6}]
    data_set.write_bytes(msgspec.json.encode({"audio_filepath": "clip.wav", "turns": turns}))
    base = RunPlan(
        endpoint="local",
        source=WavSource(path="none"),
        local_arguments=("--bundle", "flux-english-20260311"),
    )
    recording = asyncio.run(sweep_of(data_set, base=base, repeats=1).run())
    assert [trace.setting.eot for trace in recording.traces] == [0.9]
    assert "refuses eot_threshold 1: recorded at 0.9" in recording.notes[0]
    assert NO_FORCE_END in recording.notes
    assert not recording.missing


def test_each_turn_but_the_last_is_ended_before_the_next_one(tmp_path: Path) -> None:
    spoken = Clip(path=tmp_path, turns=(turn(0.5, 1.0), turn(2.0, 3.0), turn(3.1, 4.0)))
    assert force_ends_s([spoken, Clip(path=tmp_path, turns=(turn(0.0, 1.0),))]) == {0: [1.75, 3.0]}


def test_a_data_set_without_turns_is_refused(tmp_path: Path, data_set: Path) -> None:  # noqa: F811
    data_set.write_text('{"audio_filepath":"clip.wav"}')
    with pytest.raises(ProblemError, match="states where turns end"):
        sweep_of(data_set)


def test_a_lost_generator_ends_the_sweep_at_once(data_set: Path) -> None:  # noqa: F811
    pool = LosingPool()
    lossy = sweep_of(data_set)
    lossy._make_engine = partial(Supervisor, sessions_dir=lossy._sessions_dir, pool=pool)
    recording = asyncio.run(lossy.run())
    assert pool.runs == 1, "another run would wait for the generator"
    assert recording.problem is not None
    assert recording.problem.what == f"The run has ended early, because {FAULT}."
    assert (recording.missing, recording.invalid) == (2, True)
    facts = read_facts(recording.sessions[0])
    assert facts.verdict == Verdict.INVALID, "and not interrupted"
    assert recording.notes[0].startswith(f"The recording is INVALID, so its delivery times are not reliable: {FAULT};")


def test_a_sweep_that_cannot_be_recorded_ends_at_once(data_set: Path) -> None:  # noqa: F811
    """A stream that leaves nothing to evaluate costs as much as any other."""
    engines: list[Supervisor] = []

    def make_engine(on_event: Callable[[Event], None]) -> Supervisor:
        engines.append(Supervisor(on_event, sessions_dir=data_set / "below a file"))
        return engines[-1]

    full = sweep_of(data_set)
    full._make_engine = make_engine
    recording = asyncio.run(full.run())
    assert len(engines) == 1
    assert (recording.missing, recording.traces) == (2, ())
    assert recording.problem is not None
    assert recording.problem.sentence() == (
        "The run is not being recorded. The session folder could not be created: File exists. "
        "Only what is recorded counts. Free space, then start again."
    )
