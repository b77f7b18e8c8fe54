"""Tokens as words: spaces, punctuation, bytes of one character in several tokens, languages without spaces."""

from __future__ import annotations

import pytest

from flux_desktop.local_endpoint.recognition.whisper.vocabulary import TokenWord, Vocabulary, load_vocabulary
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH

# "Ġ" stands for a space, "Ã" and "¤" for the two bytes of "ä", "æĹ¥" and "æľ¬" for two Japanese characters.
TOKENS = ["ĠHe", "llo", ",", "Ġworld", ".", "ĠM", "Ã", "¤", "rz", "æĹ¥", "æľ¬", "Ġ"]
VOCABULARY = Vocabulary([*TOKENS, "<|endoftext|>", "<|startoftranscript|>"])


def words(*tokens: str, language: str = "en") -> list[TokenWord]:
    return VOCABULARY.words([TOKENS.index(token) for token in tokens], language)


def test_a_word_is_what_a_space_begins_with_its_punctuation() -> None:
    assert words("ĠHe", "llo", ",", "Ġworld", ".") == [TokenWord("Hello,", 0, 3), TokenWord("world.", 3, 5)]


def test_a_character_may_be_spread_over_tokens() -> None:
    assert words("ĠM", "Ã", "¤", "rz") == [TokenWord("März", 0, 4)]
    assert words("ĠHe", "Ã") == [TokenWord("He", 0, 1)]  # the rest of it has not come


def test_in_languages_without_spaces_each_token_is_a_word() -> None:
    assert [word.text for word in words("æĹ¥", "æľ¬", ".", language="ja")] == ["日", "本."]
    assert [word.text for word in words("æĹ¥", "æľ¬")] == ["日本"]


def test_empty_words_are_left_out() -> None:
    assert words("Ġ") == []


def test_special_tokens_are_no_text() -> None:
    assert VOCABULARY.special("startoftranscript") == len(TOKENS) + 1
    assert [VOCABULARY.is_text(token) for token in (0, len(TOKENS), len(TOKENS) + 1)] == [True, False, False]
    assert VOCABULARY.languages() == frozenset()


def test_a_file_that_is_no_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="endoftext"):
        Vocabulary(["a", "b"])


def test_the_installed_english_vocabulary() -> None:
    folder = store.find(ENGLISH)
    assert folder is not None, store.not_installed(ENGLISH).sentence()
    vocabulary = load_vocabulary(folder)
    assert vocabulary.special("startoftranscript") == 50_257
    assert vocabulary.special("notimestamps") == 50_362
    assert [word.text for word in vocabulary.words([843, 1770, 13])] == ["And", "Mr."]
    assert vocabulary.languages() == frozenset()
