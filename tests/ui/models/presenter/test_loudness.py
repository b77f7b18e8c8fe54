"""Loudness for bars: of a connection's track, and of the clips of a recorded comparison."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.levels import FLOOR_DBFS
from flux_desktop.ui.models.audio_track import LEVELS_PER_S, ClipLevels, ClipTrack
from flux_desktop.ui.models.presenter.loudness import ClipShapes, bars_of, height_at, level_dbfs
from flux_desktop.ui.models.sound import WavShape

SHAPE = WavShape(Path("a.wav"), 4.0, 16_000, 1, np.array([0.0, 0.04, 0.25, 0.81]))


@pytest.fixture
def track() -> ClipTrack:
    peaks = np.repeat(np.array([0.0, 0.04, 0.25, 0.81], np.float32), LEVELS_PER_S)
    clip_track = ClipTrack()
    clip_track.append(0.0)
    clip_track.fill(0, ClipLevels(4.0, peaks, peaks))
    return clip_track


def test_bars_end_with_the_newest_and_are_empty_before_the_beginning(track: ClipTrack) -> None:
    assert bars_of(track, 4, 5, 1.0) == pytest.approx((0.0, 0.0, 0.2, 0.5, 0.9))
    assert bars_of(None, 4, 5, 1.0) == ()
    assert height_at(track, 2.0, 3.0) == pytest.approx(0.5)
    assert height_at(None, 2.0, 3.0) is None


def test_the_level_is_that_of_what_was_just_sent(track: ClipTrack) -> None:
    assert level_dbfs(track, 4.0) == pytest.approx(20 * math.log10(0.81), abs=0.01)
    assert level_dbfs(track, 0.5) == FLOOR_DBFS
    assert level_dbfs(None, 0.5) is None


def test_shapes_of_clips_are_asked_for_once() -> None:
    shapes = ClipShapes()
    for _ in range(2):
        assert shapes.height_at("a.wav", 2.0, 3.0) is None
    assert shapes.wanted == ["a.wav"]
    shapes.put("a.wav", SHAPE)
    assert shapes.wanted == []
    assert shapes.height_at("a.wav", 3.0, 4.0) == pytest.approx(0.9)
    assert shapes.height_at("a.wav", 4.5, 5.0) == 0.0, "silence follows the clip"
    shapes.wanted.append("b.wav")
    shapes.put("b.wav", None)
    assert shapes.height_at("b.wav", 0.0, 1.0) is None
    assert shapes.wanted == [], "a file that cannot be read is not asked for again"
