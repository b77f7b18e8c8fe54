"""Survived holds: silences with the same turn before and after, from the best source that knows them."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.datasets.clip import Span
from flux_desktop.ui.models.audio_track import ClipLevels, ClipTrack
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.timeline_holds import HOLD_MIN_S, HoldSource, survived_holds
from tests.ui.timelines import levels, one_turn, said, track


@pytest.fixture
def conversation() -> Conversation:
    conversation = Conversation(1)
    one_turn(conversation)  # its audio is covered up to 5.0 s
    return conversation


def test_a_silence_between_two_parts_of_one_turn_is_a_hold(conversation: Conversation) -> None:
    turn = conversation.timeline.turns[0]
    (hold,) = survived_holds(turn, track((0.9, 2.0), (3.2, 4.4)))
    assert (hold.start_s, hold.end_s, hold.source) == (2.0, 3.2, HoldSource.LEVEL)
    assert hold.label == "waited 1.2 s"
    assert "quieter than -45 dBFS" in hold.tip


def test_the_silence_before_the_end_was_not_survived(conversation: Conversation) -> None:
    turn = conversation.timeline.turns[0]
    assert survived_holds(turn, track((0.9, 4.2))) == []
    assert survived_holds(turn, track((0.9, 3.0), (5.3, 8.0))) == [], "speech after the turn's audio is another turn's"
    short = HOLD_MIN_S - 0.1
    assert survived_holds(turn, track((0.9, 2.0), (2.0 + short, 4.4))) == []


def test_a_click_is_no_speech(conversation: Conversation) -> None:
    turn = conversation.timeline.turns[0]
    assert survived_holds(turn, track((0.9, 3.0), (3.8, 3.84))) == [], "the speaker did not go on"
    (hold,) = survived_holds(turn, track((0.9, 2.0), (2.6, 2.64), (3.2, 4.4)))
    assert (hold.start_s, hold.end_s) == (2.0, 3.2), "a click within a silence does not divide it"


def test_holds_of_the_data_set_come_first(conversation: Conversation) -> None:
    stated = (Span(start_s=2.5, end_s=3.5), Span(start_s=4.5, end_s=9.0))
    plain = levels((0.9, 2.0), (3.2, 4.4))
    clip_track = ClipTrack()
    clip_track.append(0.0)
    clip_track.fill(0, ClipLevels(plain.duration_s, plain.peaks, plain.rms, stated))
    (hold,) = survived_holds(conversation.timeline.turns[0], clip_track)
    assert (hold.start_s, hold.end_s, hold.source) == (2.5, 3.5, HoldSource.DATA_SET)


def test_without_levels_the_times_of_the_words_tell() -> None:
    conversation = Conversation(1)
    said(conversation, "StartOfTurn", 4.0, words=(("well", 1.0, 1.5), ("er", 1.6, 1.8), ("then", 3.0, 3.5)))
    turn = conversation.timeline.turns[0]
    for unknown in (None, ClipTrack()):
        (hold,) = survived_holds(turn, unknown)
        assert (round(hold.start_s, 3), hold.end_s, hold.source) == (1.8, 3.0, HoldSource.WORDS)


def test_sources_explain_themselves() -> None:
    assert len(set(HoldSource)) == 3
    assert msgspec.json.encode(HoldSource.DATA_SET) == b'"as stated by the data set"'
