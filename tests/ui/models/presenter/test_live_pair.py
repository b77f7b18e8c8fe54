"""Two connections of a run side by side: which ones, and what each shows."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.datasets.clip import Span
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.audio_track import ClipLevels, ClipTrack
from flux_desktop.ui.models.presenter.live_pair import NEEDS_TWO, NOT_JUDGED, LivePair, arms_of
from flux_desktop.ui.models.run_model import RunModel
from tests.ui import scripted

A, B = FluxOptions(eot_threshold=0.5), FluxOptions(eot_threshold=0.8)


def run_of(connections: int, **changes: object) -> RunModel:
    run = RunModel()
    run.reset(scripted.plan(connections, **changes))
    return run


@pytest.mark.parametrize(
    ("selected", "expected"), [([], (1, 3)), ([2], (2, 3)), ([4, 2], (4, 2)), ([4], (1, 3)), ([9, 8], (1, 3))]
)
def test_the_selected_ones_are_shown_else_the_first_with_other_settings(
    selected: list[int], expected: tuple[int, int]
) -> None:
    assert arms_of(run_of(4, variants=(A, A, B, B)), selected) == expected


def test_one_connection_is_not_enough() -> None:
    assert arms_of(run_of(1), []) is None
    assert LivePair().split(run_of(1), []).hint == NEEDS_TWO


def test_both_are_shown_at_the_position_that_both_have_reached() -> None:
    run = run_of(2, variants=(A, B))
    for event in scripted.scripted_run(2, end=False, variants=(A, B)):
        run.feed(event)
    split = LivePair().split(run, [])
    assert split.same == "same audio, two settings · cut-offs are not judged"
    assert split.paused is None, "what is sent now cannot be moved"
    assert [arm.title for arm in split.arms] == ["A  #1", "B  #2"]
    assert [arm.setting.split(" · ")[0] for arm in split.arms] == ["end of turn 0.50", "end of turn 0.80"]
    assert split.position_s > 10
    for arm in split.arms:
        assert "".join(word.text for word in arm.words) == scripted.SENTENCES[-1]
        assert arm.lane.turns
        assert all(end_s <= split.position_s + 0.5 for end_s in arm.lane.ends_s)
        assert len(arm.lane.eager_s) >= 1
        assert arm.verdict.words.startswith("delivered after")
        assert arm.verdict.detail.endswith("measured here"), "not the figures of both arms together"


def test_words_of_different_audio_are_not_compared() -> None:
    run = run_of(2, source=DataSetSource(path="set.csv"))
    for event in scripted.scripted_run(2, end=False):
        run.feed(event)
    assert LivePair().split(run, []).same.startswith("same audio, same setting"), "no clip is known yet"
    run.feed(ClipStarted(t=1.0, conn=1, clip="a.wav", audio_s=0.0))
    split = LivePair().split(run, [])
    assert split.same.startswith("different audio")
    assert all(word.is_shared for arm in split.arms for word in arm.words)


def track_with_hold(start_s: float, end_s: float) -> ClipTrack:
    track = ClipTrack()
    track.append(0.0)
    quiet = np.zeros(6_000, np.float32)
    track.fill(0, ClipLevels(120.0, quiet, quiet, (Span(start_s=start_s, end_s=end_s),)))
    return track


def test_an_end_in_a_stated_pause_is_a_cut_off() -> None:
    run = run_of(2, variants=(A, B))
    for event in scripted.scripted_run(2, end=False, variants=(A, B)):
        run.feed(event)
    turn = run.conversation(1).timeline.turns[-1]
    decided_s = turn.heard_s
    in_the_pause = track_with_hold(decided_s - 0.5, decided_s + 0.7)
    split = LivePair().split(run, [], lambda conn: in_the_pause if conn == 1 else track_with_hold(0.0, 0.5))
    a, b = split.arms
    assert split.same == "same audio, two settings"
    assert (a.verdict.tone, a.verdict.words) == ("danger", "cut the caller off")
    assert a.verdict.detail == "0.50 s into a pause of 1.2 s"
    assert a.lane.cut_offs_s == (turn.end_s,)
    assert all(abs(end_s - a.lane.cut_offs_s[0]) > 0.15 for end_s in a.lane.ends_s)
    assert b.verdict.tone != "danger"
    assert b.lane.cut_offs_s == ()


def test_without_stated_pauses_it_says_that_nothing_is_judged() -> None:
    run = run_of(2)
    for event in scripted.scripted_run(2, end=False)[:40]:
        run.feed(event)
    split = LivePair().split(run, [])
    assert split.same.endswith("cut-offs are not judged")
    assert {arm.verdict.detail for arm in split.arms if arm.verdict.words == "listening"} <= {NOT_JUDGED}
