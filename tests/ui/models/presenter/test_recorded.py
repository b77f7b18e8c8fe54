"""A recorded comparison at a playhead: what had arrived by then, and what each arm did."""

from __future__ import annotations

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.presenter.recorded import audio_of, recorded_pairs
from flux_desktop.ui.models.presenter.split import Arm
from tests.ui.models.presenter.comparisons import HOLD, cutting, pair, plan, trace, waiting


def arms(position_s: float) -> tuple[Arm, ...]:
    return pair().at(position_s, paused=False).arms


def text(arm: Arm) -> str:
    return "".join(word.text for word in arm.words)


def test_text_appears_when_it_has_arrived() -> None:
    assert text(arms(1.53)[0]) == ""
    assert text(arms(1.55)[0]) == "cold-hearted"
    assert arms(1.55)[0].interim == 1
    assert arms(3.0)[0].interim == 3, "the newest words may still change"


def test_one_arm_cuts_the_caller_off_and_the_other_one_answers() -> None:
    a, b = arms(5.0)
    assert (a.verdict.tone, a.verdict.words) == ("danger", "cut the caller off")
    assert a.verdict.detail == "0.52 s into a pause of 1.2 s"
    assert a.cuts == (4,), "after the fourth word"
    assert (b.verdict.words, b.cuts) == ("listening", ())
    assert arms(6.4)[1].verdict.words == "silent for 0.4 s"
    after = arms(6.6)[1].verdict
    assert (after.tone, after.words) == ("ok", "answered after 0.53 s")
    assert "measured here" in after.detail


def test_lanes_grow_with_the_playhead() -> None:
    a, b = (arm.lane for arm in arms(5.0))
    assert [(round(turn.start_s, 2), round(turn.end_s, 2)) for turn in a.turns] == [(1.54, 3.56), (4.64, 5.0)]
    assert (a.ends_s, a.cut_offs_s) == ((), (3.56,))
    assert len(b.turns) == len(b.eager_s) == len(b.resumed_s) == 1
    assert [round(end_s, 2) for end_s in arms(7.0)[1].lane.ends_s] == [6.53]


def test_words_that_differ_are_marked_but_not_those_that_one_arm_has_not_reached() -> None:
    assert all(word.is_shared for arm in arms(2.95) for word in arm.words)
    other = trace(2, Setting(eot=0.8), *(m for m in waiting().messages if m.audio_s < 2), *waiting(2).messages[1:2])
    (recorded_pair,) = recorded_pairs(plan(), [cutting(1), other])
    split = recorded_pair.at(3.0, paused=True)
    assert split.holds == (HOLD,)
    assert all(word.is_shared for arm in split.arms for word in arm.words)


def test_pairs_are_of_the_same_clip_the_most_telling_first() -> None:
    traces = [
        cutting(1, "b.wav"),
        waiting(2, "b.wav"),
        waiting(3, "b.wav"),
        cutting(4, "b.wav"),
        waiting(5, "a.wav"),
        waiting(6, "a.wav"),
        cutting(9, "alone.wav"),
    ]
    pairs = recorded_pairs(plan(), traces)
    assert [each.name for each in pairs] == ["b", "a"]
    assert (pairs[0].a.trace.conn, pairs[0].b.trace.conn) == (1, 2)


def test_two_endpoints_are_named_where_the_settings_are_equal() -> None:
    (recorded_pair,) = recorded_pairs(plan(), [waiting(1)], [waiting(1)], "other")
    split = recorded_pair.at(1.0, paused=False)
    assert split.same == "same audio, two endpoints"
    assert [arm.setting for arm in split.arms] == ["local", "other"]
    assert pair().at(1.0, paused=False).same == "same audio, two settings"


def test_the_part_of_a_connections_audio_that_is_the_clip_is_heard_from_its_beginning() -> None:
    clip_trace = cutting()
    segments = [
        Segment(path="a.wav", at_s=30.0, from_s=7.0, for_s=5.0),
        Segment(path="a.wav", at_s=10.0, from_s=0.0, for_s=5.0, repeats=True, until_s=40.0),
    ]
    assert audio_of(clip_trace, segments) == (Segment(path="a.wav", at_s=0.0, from_s=0.0, for_s=5.0),)
    assert audio_of(clip_trace, segments[:1]) == ()
