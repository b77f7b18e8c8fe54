"""Silences of a trace: seen by text and confidence, bounded by the messages around their beginning."""

from __future__ import annotations

from msgspec.structs import replace

from flux_desktop.evaluation.traces.silences import silences, speech_before
from tests.evaluation.spoken_clips import messages_of


def test_speech_shows_as_a_new_text_a_falling_or_a_low_confidence() -> None:
    messages = messages_of("a|0.01 0.3 0.6", "a b|0.6 0.7 0.5 0.02 0.02 0.3")
    assert speech_before(messages) == [True, False, False, True, False, True, True, True, False]


def test_a_silence_begins_between_the_message_before_speech_and_the_one_after() -> None:
    silence_by_message = silences(messages_of("a|0.01 0.3 0.6", "a b|0.01 0.4"))
    assert silence_by_message[2] == silence_by_message[1] == silence_by_message[0] == (0.0, 0.24, 0.48)
    assert silence_by_message[4] == silence_by_message[3] == (0.72, 0.96, 1.2)


def test_the_end_of_the_last_word_is_where_silence_most_likely_begins() -> None:
    first, *rest = messages_of("a|0.01 0.3 0.6")
    assert silences([replace(first, last_word_end_s=0.2), *rest])[2].from_s == 0.2
    assert silences([replace(first, last_word_end_s=0.6), *rest])[2].from_s == 0.48, "speech is not seen any more"
