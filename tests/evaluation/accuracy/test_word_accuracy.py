"""Figures of accuracy: corpus rates, perfect turns, keyterms, the worst turns, and which of two systems is better."""

from __future__ import annotations

from flux_desktop.evaluation.accuracy.heard_text import TurnText, turn_texts
from flux_desktop.evaluation.accuracy.normalisers import BASIC, ENGLISH
from flux_desktop.evaluation.accuracy.word_accuracy import word_accuracy, worst_turns
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.statistics.intervals import wilson
from tests.evaluation.texts import heard, spoken


def turns_of(clip: str, *texts: tuple[str, str], keyterms: tuple[str, ...] = ()) -> list[TurnText]:
    """Each text is said and recognised, ten seconds after the one before."""
    return turn_texts(
        [
            spoken(reference, 10 * n, 10 * n + 2, clip=clip, number=n + 1, keyterms=keyterms)
            for n, (reference, _) in enumerate(texts)
        ],
        [heard(transcript, 10 * n + 0.3, 10 * n + 2.5) for n, (_, transcript) in enumerate(texts)],
    )


def test_rates_are_of_all_errors_by_all_words() -> None:
    turns = [
        *turns_of("a", ("One cat sat.", "one cat sat"), ("A dog", "a dog dog")),
        *turns_of("b", ("the quick brown fox jumps", "the quick brown")),
    ]
    [figures] = word_accuracy(turns)
    assert figures.label == "WER"
    assert figures.normalisers == (ENGLISH,)
    assert (figures.conversations, figures.turns) == (2, 3)
    assert figures.normalised.errors == WordErrors(10, 0, 2, 1)
    assert (figures.normalised.rate.value, figures.normalised.rate.n) == (0.3, 10)
    assert figures.normalised.rate.low is not None
    assert figures.raw.errors == WordErrors(10, 3, 2, 1), "“One”, “sat.” and “A” are written otherwise"
    assert figures.perfect_turns == wilson(1, 3)
    assert figures.keyterm_recall.n == 0


def test_intervals_are_over_conversations_or_over_the_turns_of_one() -> None:
    turns = turns_of("a", ("one two", "one two"), ("three four", "three"), ("five", "five"))
    assert word_accuracy(turns)[0].normalised.rate.low is None
    assert word_accuracy(turns, over_turns=True)[0].normalised.rate.low == 0


def test_words_without_an_error_that_are_sent_often_prove_no_more_than_once() -> None:
    turns = turns_of("a", ("red green blue", "red green blue"), ("grey", "grey"))
    [once], [often] = word_accuracy(turns), word_accuracy(turns * 50)
    assert (once.normalised.rate.n, often.normalised.rate.n) == (4, 200)
    assert once.normalised.rate.high == often.normalised.rate.high == wilson(0, 4).high
    assert once.raw.rate.high == often.raw.rate.high


def test_words_that_are_all_missing_are_bounded_too() -> None:
    turns = [turn for name in "abcdef" for turn in turns_of(name, ("red green", ""))]
    [figures] = word_accuracy(turns)
    assert figures.normalised.rate == wilson(12, 12)


def test_characters_are_a_figure_of_their_own() -> None:
    turns = [*turns_of("a", ("red green", "red")), *turns_of("b", ("今日は良い", "今日は悪い"))]
    words, characters = word_accuracy(turns)
    assert (words.label, words.normalised.errors) == ("WER", WordErrors(2, 0, 1))
    assert (characters.label, characters.normalised.errors) == ("CER", WordErrors(5, 1, unit="character"))


def test_different_normalisers_are_all_named() -> None:
    turns = [
        *turns_of("a", ("one", "one")),
        *turn_texts([spoken("ein Haus", 0, 1, clip="b", normaliser=BASIC)], [heard("ein haus", 0.2, 1.2)]),
    ]
    assert set(word_accuracy(turns)[0].normalisers) == {ENGLISH, BASIC}


def test_keyterms_are_recognised_or_not() -> None:
    turns = turns_of(
        "a",
        ("Norland Park is near Norland Park", "norland park is near northern park"),
        ("Call Mr. Dashwood", "call mister dashwood"),
        ("nothing here", "norland park"),
        keyterms=("Norland Park", "Dashwood"),
    )
    assert word_accuracy(turns)[0].keyterm_recall == wilson(2, 3)


def test_the_worst_turns_come_first_and_equal_ones_once() -> None:
    one = turns_of("a", ("red green blue", "red"), ("black", "white"), ("grey", "grey"))
    [first, second] = worst_turns([*one, *one, *turns_of("b", ("pink", "pink"))])
    assert (first.clip, first.turn, first.times, first.errors) == ("a", 1, 2, WordErrors(3, 0, 2))
    assert first.pairs == (("red", "red"), ("green", None), ("blue", None))
    assert (second.turn, second.start_s, second.times) == (2, 10, 2)
    assert len(worst_turns([*one, *one], most=1)) == 1


def test_figures_of_nothing() -> None:
    assert word_accuracy([]) == []
    assert worst_turns([]) == []
