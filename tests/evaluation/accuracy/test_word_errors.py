"""Error rates: words and characters, in every script."""

from __future__ import annotations

import unicodedata

import pytest

from flux_desktop.evaluation.accuracy.word_errors import WordErrors, tokens, unit_of, word_errors


@pytest.mark.parametrize(
    ("reference", "transcript", "errors"),
    [
        ("He was not an ill-disposed man.", "he was not an ill disposed man", WordErrors(n=7)),
        ("Mr. Dashwood", "mister dash wood", WordErrors(n=2, substitutions=1, insertions=1)),
        ("one two three", "one three", WordErrors(n=3, deletions=1)),
        ("", "hallo", WordErrors(n=0, insertions=1)),
        ("don’t", "don't", WordErrors(n=1)),
        ("a b c", "", WordErrors(n=3, deletions=3)),
    ],
)
def test_errors_are_the_least_edits_of_words(reference: str, transcript: str, errors: WordErrors) -> None:
    assert word_errors(reference, transcript) == errors


def test_the_rate_can_be_above_a_hundred_and_is_none_without_words() -> None:
    assert word_errors("a", "b c").rate_percent == 200
    assert WordErrors().rate_percent is None
    assert word_errors("a b", "a") + word_errors("c", "d") == WordErrors(n=3, substitutions=1, deletions=1)


def test_a_word_is_its_letters_with_their_combining_marks() -> None:
    """Two of five words differ, by their vowel signs alone."""
    errors = word_errors("वह घर की ओर गया", "वह घर का ओर गयी")
    assert errors == WordErrors(n=5, substitutions=2)
    assert errors.rate_percent == 40


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["Él está allí, señor.", "Żółć gęślą jaźń", "한국어 문장입니다"])
def test_unicode_normalisation_makes_no_difference(text: str, form: str) -> None:
    assert word_errors(text, unicodedata.normalize(form, text)) == WordErrors(n=len(text.split()))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("He was not an ill-disposed man.", "word"),
        ("今日はとても良い天気ですね", "character"),
        ("今天天气很好", "character"),
        ("วันนี้อากาศดีมาก", "character"),
        ("한국어 문장입니다", "word"),
        ("वह घर की ओर गया", "word"),
        ("iPhoneを買いました、とても良いです", "character"),
        ("", "word"),
    ],
)
def test_scripts_without_spaces_are_counted_in_characters(text: str, unit: str) -> None:
    assert unit_of(text) == unit


def test_character_errors() -> None:
    errors = word_errors("今日はとても良い天気ですね", "今日は、とても 悪い天気です。", "character")
    assert errors == WordErrors(n=13, substitutions=1, deletions=1, unit="character")
    assert (errors.label, WordErrors().label) == ("CER", "WER")
    assert (WordErrors() + errors).unit == "character"


def test_apostrophes_belong_to_words_only_inside_them() -> None:
    assert tokens("'Tis the dogs' o’clock", "word") == ["tis", "the", "dogs", "o'clock"]
