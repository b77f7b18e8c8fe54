"""The isolation check: its clips, and one whole check of the built-in endpoint on a short scale."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.turns.reference import reference_turns
from flux_desktop.experiments import clip_run, isolation
from flux_desktop.experiments.isolation import (
    CLIP,
    LONG,
    IsolationPhase,
    check_isolation,
    isolation_clips,
    longest_minutes,
)

BASE = RunPlan(endpoint="local", source=WavSource(path="none"))


def test_the_clip_has_one_turn_without_a_hold_and_the_long_stream_has_several() -> None:
    long, clip = isolation_clips()
    assert (len(reference_turns(long)), len(reference_turns(clip)), clip.holds) == (3, 1, ())
    assert clip.duration_s is not None
    assert clip.duration_s < 5
    assert long.path != clip.path


def test_the_check_lasts_less_than_five_minutes() -> None:
    _, minutes = longest_minutes(isolation_clips(), 5000)
    assert minutes < 5


def test_every_phase_is_run_and_the_clip_is_heard_in_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whether state is detected is tried without a clock, in tests/evaluation/comparing/test_isolation.py.
    phases = (
        IsolationPhase(name="fresh", entries=(CLIP,), at_once=1),
        IsolationPhase(name="after", entries=(LONG, CLIP), at_once=1),
    )
    monkeypatch.setattr(isolation, "PHASES", phases)
    monkeypatch.setattr(isolation, "LONG_TURNS", 1)
    monkeypatch.setattr(clip_run, "invalid_note", lambda subject, _ended: f"{subject} was late.")
    isolation_run = asyncio.run(check_isolation(BASE, sessions_dir=tmp_path))
    assert isolation_run.problem is None
    assert isolation_run.result is not None
    assert isolation_run.notes == ("The run “fresh” was late.", "The run “after” was late.")
    assert len(isolation_run.sessions) == 2
    assert isolation_run.result.fresh_streams == 1
    assert [(each.name, each.higher, each.lower) for each in isolation_run.result.conditions] == [("after", 0, 0)]
