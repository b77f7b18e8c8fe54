"""Transcribed turns against reference turns of other boundaries."""

from __future__ import annotations

from flux_desktop.evaluation.accuracy.heard_text import TurnText, turn_texts
from flux_desktop.evaluation.accuracy.normalisers import BASIC
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from tests.evaluation.texts import heard, spoken

TWO = [spoken("I would like a pizza.", 1, 3), spoken("And a cola, please.", 6, 8, number=2)]


def normalised(turns: list[TurnText]) -> list[WordErrors]:
    return [turn.normalised for turn in turns]


def test_turn_by_turn() -> None:
    turns = turn_texts(TWO, [heard("I would like a pizza", 1.2, 3.4), heard("and a cola please", 6.2, 8.4)])
    assert normalised(turns) == [WordErrors(5), WordErrors(4)]
    assert [turn.raw for turn in turns] == [WordErrors(5, 1), WordErrors(4, 3)], "case and punctuation count as written"


def test_a_turn_that_was_cut_off_is_joined() -> None:
    pieces = [heard("I would", 1.2, 1.9), heard("like a pizza", 2.3, 3.4), heard("and a cola please", 6.2, 8.4)]
    assert normalised(turn_texts(TWO, pieces)) == [WordErrors(5), WordErrors(4)]


def test_two_turns_that_were_transcribed_as_one_are_parted() -> None:
    turns = turn_texts(TWO, [heard("I would like a pizza and a color please", 1.2, 8.4)])
    assert normalised(turns) == [WordErrors(5), WordErrors(4, 1)]


def test_a_missing_turn_does_not_shift_the_words_of_others() -> None:
    turns = turn_texts(TWO, [heard("and a cola please", 6.2, 8.4)])
    assert normalised(turns) == [WordErrors(5, 0, 5), WordErrors(4)]


def test_the_same_words_in_another_turn_do_not_stand_in() -> None:
    """Across a pause that no transcribed turn spans, texts are apart."""
    both = [spoken("Yes.", 1, 1.5), spoken("Yes.", 6, 6.5, number=2)]
    assert normalised(turn_texts(both, [heard("yes", 6.2, 7.0)])) == [WordErrors(1, 0, 1), WordErrors(1)]


def test_words_that_nobody_said_count() -> None:
    turns = turn_texts(TWO, [heard("hello", 0.1, 0.5), heard("I would like a pizza", 1.2, 3.4), heard("bye", 9, 9.9)])
    assert normalised(turns) == [WordErrors(5, 0, 0, 1), WordErrors(4, 1, 3, 0)]
    assert turn_texts([], [heard("hello", 0.1, 0.5)]) == []


def test_numbers_meet_in_one_spelling() -> None:
    turns = turn_texts([spoken("Twenty-one dollars, Mr. Smith", 1, 3)], [heard("$21 mister smith", 1.2, 3.3)])
    assert normalised(turns) == [WordErrors(3)]


def test_clips_of_several_languages_on_a_connection_are_each_counted_by_their_own_rules() -> None:
    turns = [
        spoken("twenty dollars", 1, 3),
        spoken("Grüße, zwanzig", 3.5, 5, clip="b.wav", normaliser=BASIC),
        spoken("你好世界", 12, 13, clip="c.wav", normaliser=BASIC),
    ]
    texts = [heard("$20", 1.2, 3.3), heard("grüße zwanzig", 3.6, 5.5), heard("你好世界", 12.1, 13.5)]
    assert normalised(turn_texts(turns, texts)) == [WordErrors(1), WordErrors(2), WordErrors(4, unit="character")]


def test_scripts_without_spaces_are_counted_by_character() -> None:
    turns = turn_texts([spoken("今日はとても良い天気ですね", 1, 3)], [heard("今日は、とても 悪い天気です。", 1.2, 3.3)])
    assert normalised(turns) == [WordErrors(13, 1, 1, 0, "character")]
    assert turns[0].raw == WordErrors(13, 2, 0, 1, "character")
