"""The isolation check: its clips, and one whole check of the built-in endpoint on a short scale."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.reference import reference_turns
from flux_desktop.experiments import isolation
from flux_desktop.experiments.isolation import CLIP, LONG, Phase, check_isolation, isolation_clips, longest_minutes

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


def test_a_peer_with_state_between_streams_is_found_in_a_real_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two streams instead of six: the shift is judged, not its significance.
    phases = (
        Phase(name="fresh", entries=(CLIP,), at_once=1),
        Phase(name="after", entries=(LONG, CLIP), at_once=1),
    )
    monkeypatch.setattr(isolation, "PHASES", phases)
    base = RunPlan(endpoint="local", source=WavSource(path="none"), local_arguments=("--fault", "elevated-confidence"))
    found = asyncio.run(check_isolation(base, sessions_dir=tmp_path))
    assert found.problem is None
    assert found.result is not None
    assert len(found.sessions) == 2
    (after,) = found.result.conditions
    assert (after.streams, after.higher) == (1, 1)
    assert after.shift.value == pytest.approx(0.15, abs=0.05)
