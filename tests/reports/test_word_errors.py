"""The word error rate, counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.audio.words import Script, Word
from flux_desktop.reports import word_errors as module
from flux_desktop.reports.word_errors import WordErrors, spoken, tokens, word_errors, word_errors_of_many


def said(text: str) -> list[frozenset[str]]:
    return [frozenset({token}) for token in tokens(text)]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "errors"),
    [
        ("", "", WordErrors()),
        ("he was not", "He was not.", WordErrors(3)),
        ("he was not", "he is not", WordErrors(3, substituted=1)),
        ("he was not", "he not", WordErrors(3, missing=1)),
        ("he was not", "he was really not", WordErrors(3, extra=1)),
        ("he was not", "", WordErrors(3, missing=3)),
        ("", "so it goes", WordErrors(0, extra=3)),
        ("a b c d", "b c x d e", WordErrors(4, missing=1, extra=2)),
    ],
)
def test_errors_are_counted(reference: str, hypothesis: str, errors: WordErrors) -> None:
    assert word_errors(said(reference), tokens(hypothesis)) == errors


def test_the_rate() -> None:
    assert WordErrors(4, 1, 0, 1).rate == 0.5
    assert WordErrors(extra=3).rate is None
    assert WordErrors(1, 1) + WordErrors(2, 0, 1, 1) == WordErrors(3, 1, 1, 1)


def test_punctuation_case_and_hyphens_do_not_count() -> None:
    assert tokens("Well-known: “It’s” 20 Naïve_friends!") == ["well", "known", "it's", "20", "naïve", "friends"]


SCRIPT = Script(
    file="a.wav",
    text="Mr. Well-known spoke",
    words=(
        Word(word="mister", display="Mr.", start_s=0.0, end_s=0.5),
        Word(word="wellknown", display="Well-known", start_s=0.5, end_s=1.0),
        Word(word="spoke", start_s=1.0, end_s=1.5),
    ),
)


def test_each_word_counts_as_spoken_and_as_written() -> None:
    reference = spoken(SCRIPT, recording_s=2.0, audio_s=2.0)
    for text in ("mister well known spoke", "Mr. well-known spoke."):
        assert word_errors(reference, tokens(text)) == WordErrors(4)


@pytest.mark.parametrize(("audio_s", "words"), [(0.0, 0), (0.9, 1), (1.0, 3), (2.0, 4), (2.5, 5), (4.0, 8)])
def test_only_what_was_sent_counts_also_when_looped(audio_s: float, words: int) -> None:
    assert len(spoken(SCRIPT, recording_s=2.0, audio_s=audio_s)) == words


def test_many_texts_add_up() -> None:
    reference = said("he was not")
    assert word_errors_of_many([(reference, "he was not"), (reference, "he"), (reference, "he")]) == WordErrors(9, 0, 4)
    assert word_errors_of_many([]) == WordErrors()


def test_what_would_take_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CELLS_MAX", 8)
    assert word_errors_of_many([(said("a b c"), "a b c")]) is None


_words = st.lists(st.sampled_from("abc"), max_size=7)


@given(_words, _words)
def test_the_count_is_an_alignment(reference: list[str], hypothesis: list[str]) -> None:
    errors = word_errors([frozenset({word}) for word in reference], hypothesis)
    assert errors.n - errors.missing + errors.extra == len(hypothesis)
    assert (errors.rate in (0.0, None) and not errors.extra) is (reference == hypothesis)
