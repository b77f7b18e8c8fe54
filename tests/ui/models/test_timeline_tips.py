"""Every place of a timeline explains itself."""

from __future__ import annotations

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.timeline_tips import tip_at
from tests.ui.timelines import one_turn, said, track


def test_the_nearest_mark_is_explained_first() -> None:
    conversation = Conversation(1)
    one_turn(conversation)
    tip = tip_at(conversation.timeline, None, 3.12, 0.1)
    assert tip.startswith("3.10 s: Resumed: the speaker continued")


def test_a_hold_a_turn_and_silence_are_explained() -> None:
    conversation = Conversation(1)
    one_turn(conversation)
    levels = track((0.9, 2.0), (3.2, 4.4))
    assert tip_at(conversation.timeline, levels, 2.2, 0.05).startswith("Survived hold: the speaker paused for 1.20 s")
    turn = tip_at(conversation.timeline, levels, 1.6, 0.05)
    assert turn.startswith("Turn 0, 0.70 s to 5.10 s: well then")
    assert "No turn is open" in tip_at(conversation.timeline, levels, 8.0, 0.05)


def test_a_word_is_explained_in_the_row_of_words() -> None:
    conversation = Conversation(1)
    said(conversation, "StartOfTurn", 2.0, words=(("well", 1.25, 1.5),))
    assert "“well”, 1.25 to 1.50 s" in tip_at(conversation.timeline, None, 1.4, 0.05, in_words=True)
    said(conversation, "Update", 2.5)
    assert "sends no times" in tip_at(conversation.timeline, None, 1.9, 0.01, in_words=True)


def test_missing_levels_give_their_reason() -> None:
    conversation = Conversation(1)
    lost = track()
    lost.fail("The audio file a.wav does not exist.")
    assert tip_at(conversation.timeline, lost, 1.0, 0.05) == "The audio file a.wav does not exist."
