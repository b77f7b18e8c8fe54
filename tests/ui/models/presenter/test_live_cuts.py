"""An end of turn within a pause that the data set states cuts the caller off; without stated pauses nothing is said."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.datasets.clip import Span
from flux_desktop.ui.models.audio_track import ClipLevels, ClipTrack
from flux_desktop.ui.models.presenter.live_cuts import live_cuts
from flux_desktop.ui.models.run_model import RunModel
from tests.ui import scripted


def track_with_hold(start_s: float, end_s: float) -> ClipTrack:
    track = ClipTrack()
    track.append(0.0)
    quiet = np.zeros(6_000, np.float32)
    track.fill(0, ClipLevels(120.0, quiet, quiet, (Span(start_s=start_s, end_s=end_s),)))
    return track


@pytest.mark.parametrize(
    ("before_s", "after_s", "expected"),
    [(0.4, 0.6, 1), (0.05, 0.1, 0), (6.0, 1.0, 0), (-0.1, 0.9, 0), (1.0, -0.1, 0)],
    ids=["in the pause", "too short to be a hold", "too long", "before it", "after it"],
)
def test_an_end_is_judged_by_the_pause_it_lies_in(before_s: float, after_s: float, expected: int) -> None:
    run = RunModel()
    run.reset(scripted.plan(1))
    for event in scripted.scripted_run(1, end=False):
        run.feed(event)
    timeline = run.conversation(1).timeline
    decided_s = timeline.turns[-1].heard_s
    track = track_with_hold(decided_s - before_s, decided_s + after_s)
    cuts = live_cuts(timeline, track, 0.0, timeline.last_s)
    assert cuts is not None
    assert len(cuts) == expected


def test_without_stated_pauses_nothing_is_judged() -> None:
    run = RunModel()
    run.reset(scripted.plan(1))
    timeline = run.conversation(1).timeline
    assert live_cuts(timeline, None, 0.0, 10.0) is None
    track = ClipTrack()
    track.append(0.0)
    quiet = np.zeros(500, np.float32)
    track.fill(0, ClipLevels(10.0, quiet, quiet, None))
    assert live_cuts(timeline, track, 0.0, 10.0) is None
