"""Where things lie on a timeline: positions in the audio, not the times at which messages came."""

from __future__ import annotations

import math

import pytest

from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import ConnectionChanged
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.history import NEWEST_KEPT
from flux_desktop.ui.models.timeline import Timeline
from flux_desktop.ui.models.timeline_facts import MarkKind
from tests.ui.timelines import ORIGIN_S, one_turn, said


@pytest.fixture
def conversation() -> Conversation:
    return Conversation(1)


def row(position_s: float) -> ConnectionRow:
    return ConnectionRow(conn=1, state=ConnectionState.STREAMING, position_s=position_s)


def test_events_stand_where_the_audio_was_when_they_arrived(conversation: Conversation) -> None:
    one_turn(conversation)
    timeline = conversation.timeline
    assert timeline.origin_s == pytest.approx(ORIGIN_S)
    assert [(mark.kind, round(mark.at_s, 3)) for mark in timeline.marks] == [
        (MarkKind.START, 1.1),
        (MarkKind.EAGER, 2.6),
        (MarkKind.RESUMED, 3.1),
        (MarkKind.EAGER, 4.7),
        (MarkKind.END, 5.1),
    ]
    (turn,) = timeline.turns
    assert (turn.began_s, turn.end_s, turn.heard_s) == (pytest.approx(1.1), pytest.approx(5.1), 5.0)


def test_without_latencies_the_earliest_row_tells_where_the_audio_began(conversation: Conversation) -> None:
    timeline = conversation.timeline
    conversation.row_changed(ORIGIN_S + 1.15, row(1.0))
    conversation.row_changed(ORIGIN_S + 2.05, row(2.0))
    conversation.row_changed(ORIGIN_S + 3.2, row(3.0))
    assert timeline.origin_s == pytest.approx(ORIGIN_S + 0.05)
    assert timeline.position_s == 3.0
    said(conversation, "StartOfTurn", 4.0)
    conversation.row_changed(ORIGIN_S + 4.0, row(4.5))
    assert timeline.origin_s == pytest.approx(ORIGIN_S), "a message is exact, and rows do not change it"


def test_a_stretch_holds_what_overlaps_it(conversation: Conversation) -> None:
    for index in range(20):
        one_turn(conversation, 1.0 + 6 * index, index)
    timeline = conversation.timeline
    stretch = timeline.between(13.5, 20.0)
    assert [turn.card.index for turn in stretch.turns] == [2, 3]
    assert all(13.5 <= mark.at_s <= 20.0 for mark in stretch.marks)
    assert len(stretch.marks) == 5
    assert [turn.card.index for turn in timeline.between(11.5, 12.0).turns] == []
    assert timeline.turn_at(14.0) is timeline.turns[2]
    assert timeline.turn_at(12.0) is None


def test_an_open_turn_lasts(conversation: Conversation) -> None:
    said(conversation, "StartOfTurn", 2.0)
    timeline = conversation.timeline
    assert timeline.turn_at(1_000.0) is timeline.turns[0]
    conversation.connection_changed(
        ConnectionChanged(t=ORIGIN_S + 9.0, conn=1, state=ConnectionState.STREAMING, rotations=1)
    )
    assert timeline.turn_at(1_000.0) is None


def test_a_turn_begins_after_the_one_before_it(conversation: Conversation) -> None:
    one_turn(conversation)
    said(conversation, "StartOfTurn", 5.1, index=1)  # its window begins at 4.8 s, in the turn before
    assert conversation.timeline.turns[1].start_s == 5.0


def test_a_change_reports_from_where_on_it_is_seen(conversation: Conversation) -> None:
    timeline = conversation.timeline
    one_turn(conversation)
    seen = timeline.revision
    assert timeline.changed_from(seen) == math.inf
    said(conversation, "StartOfTurn", 8.0, index=1)
    assert 5.0 < timeline.changed_from(seen) <= 8.1
    for index in range(2, 40):
        one_turn(conversation, 6.0 * index, index)
    assert timeline.changed_from(seen) == -math.inf, "too long ago to know"


def test_words_are_kept_where_they_have_times(conversation: Conversation) -> None:
    said(conversation, "StartOfTurn", 2.0, words=(("well", 1.25, 1.5), ("then", 1.5, 1.75)))
    (turn,) = conversation.timeline.turns
    assert [(word.text, word.start_s, word.end_s) for word in turn.words] == [("well", 1.25, 1.5), ("then", 1.5, 1.75)]
    assert turn.start_s == 1.25
    word = turn.word_at(1.6)
    assert word is not None
    assert word.text == "then"
    assert turn.word_at(1.0) is None
    said(conversation, "Update", 2.5)
    assert turn.words == ()


def test_clips_and_thresholds_are_kept_with_their_places(conversation: Conversation) -> None:
    timeline = conversation.timeline
    conversation.clip_started(ClipStarted(t=ORIGIN_S, conn=1, clip="a.wav", audio_s=0.0))
    conversation.clip_started(ClipStarted(t=ORIGIN_S + 7, conn=1, clip="b.wav", audio_s=7.0, offset_s=2.0, number=1))
    timeline.origin_s = ORIGIN_S
    timeline.set_thresholds(ORIGIN_S + 4.0, 0.9, None)
    timeline.set_thresholds(ORIGIN_S + 6.0, 0.9, None)
    assert [clip.audio_s for clip in timeline.clips] == [0.0, 7.0]
    assert [mark.at_s for mark in timeline.marks] == [0.0, 7.0]
    assert [(each.from_s, each.end) for each in timeline.thresholds] == [(0.0, 0.7), (4.0, 0.9)]
    assert [each.end for each in timeline.between(1.0, 3.0).thresholds] == [0.7]
    assert [each.end for each in timeline.between(5.0, 6.0).thresholds] == [0.9]


def test_marks_stay_in_the_order_of_their_places() -> None:
    timeline = Timeline()
    timeline.origin_s = 0.0
    timeline.add(5.0, MarkKind.END)
    timeline.gap((3.0, 4.5), "lost")
    assert [mark.at_s for mark in timeline.marks] == [3.0, 5.0]
    assert [mark.kind for mark in timeline.between(4.0, 4.2).marks] == [MarkKind.GAP]


def test_hours_are_seen_as_they_were_and_most_of_them_is_on_disk(conversation: Conversation) -> None:
    timeline, turns = conversation.timeline, 3 * NEWEST_KEPT
    for number in range(turns):
        said(conversation, "StartOfTurn", 4.0 * number + 1, index=number)
        said(conversation, "EndOfTurn", 4.0 * number + 3, index=number)
    assert len(timeline.turns) == turns
    assert len(timeline.turns._newest) == len(timeline.marks._newest) == NEWEST_KEPT
    for number in (0, 7, turns - NEWEST_KEPT, turns - 1):
        at_s = 4.0 * number + 2
        turn = timeline.turn_at(at_s)
        assert turn is not None
        assert (turn.number, turn.card.index) == (number, number)
        stretch = timeline.between(at_s - 2, at_s + 2)
        assert [mark.kind for mark in stretch.marks] == [MarkKind.START, MarkKind.END]
        assert [turn.number for turn in timeline.between(at_s, at_s).turns] == [number]


def test_a_lane_is_read_with_the_state_before() -> None:
    timeline = Timeline()
    for t, state in ((0.0, "Ready"), (5.0, "Speaking"), (10.0, "AwaitingEnd"), (10.0, "AwaitingEnd"), (12.0, "Ready")):
        timeline.state(t, state)
    assert [span.state for span in timeline.lane_between(6.0, 11.0)] == ["Ready", "Speaking", "AwaitingEnd"]
    assert [span.state for span in timeline.lane_between(20.0, 30.0)] == ["AwaitingEnd", "Ready"]
    timeline.state(14.0, "Ended")
    assert timeline.lane[-1].end_s == 14.0


def test_a_lane_goes_back_to_its_beginning() -> None:
    timeline = Timeline()
    for number in range(1000):
        timeline.state(float(number), "Speaking" if number % 2 else "Ready")
    assert [span.state for span in timeline.lane_between(0.5, 1.5)] == ["Ready", "Speaking"]
    assert [(span.start_s, span.end_s) for span in timeline.lane_between(7.5, 8.5)] == [(6, 7), (7, 8), (8, 9)]


def test_a_turn_without_text_that_is_closed_is_dropped(conversation: Conversation) -> None:
    said(conversation, "StartOfTurn", 2.0, text="")
    conversation.connection_changed(ConnectionChanged(t=9.0, conn=1, state=ConnectionState.STREAMING, rotations=1))
    assert len(conversation.timeline.turns) == 0


def test_a_connection_whose_messages_are_read_later_keeps_how_far_it_came(conversation: Conversation) -> None:
    known, fresh = Timeline(), Timeline()
    known.placed(ORIGIN_S + 60.0, 60.0)
    known.end()
    fresh.reached(known)
    assert (fresh.last_s, fresh.has_ended) == (60.0, True)
