"""Interim words: what is shown of decodes that differ, and when it changes."""

from __future__ import annotations

from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from flux_desktop.local_endpoint.recognition.whisper.stable_words import StableWords


def words(text: str, step_s: float = 0.3, confidence: float = 0.9) -> tuple[SpokenWord, ...]:
    parts = text.split()
    return tuple(SpokenWord(part, at * step_s, (at + 1) * step_s, confidence) for at, part in enumerate(parts))


def shown(stable: StableWords, text: str, covered_s: float, confidence: float = 0.9) -> str:
    return " ".join(word.text for word in stable.update(words(text, confidence=confidence), covered_s))


def test_words_are_shown_once_two_decodes_agree() -> None:
    stable = StableWords()
    assert shown(stable, "He might eve", 0.9) == "He"
    assert shown(stable, "He might even have", 1.3) == "He might"
    assert shown(stable, "He might even have been", 1.8) == "He might even have"


def test_the_first_word_is_shown_at_once_if_it_is_likely() -> None:
    assert shown(StableWords(), "He", 0.3, confidence=0.6) == "He"
    assert shown(StableWords(), "Hu", 0.3, confidence=0.05) == ""
    assert shown(StableWords(), "...", 0.3, confidence=0.6) == ""


def test_a_single_contradiction_takes_nothing_back_and_two_do() -> None:
    stable = StableWords()
    for covered_s in (1.4, 1.8):
        assert shown(stable, "He might even", covered_s)
    assert shown(stable, "She might even have", 2.2) == "He might even"
    assert shown(stable, "She might even have been", 2.6) == "She might even have been"


def test_case_and_punctuation_are_no_contradiction_and_follow_the_latest_decode() -> None:
    stable = StableWords()
    shown(stable, "he might even", 1.5)
    assert shown(stable, "He might, even", 2.0) == "He might, even"


def test_a_word_at_the_edge_of_the_audio_waits() -> None:
    stable = StableWords()
    shown(stable, "He might even", 0.9)
    assert shown(stable, "He might even", 0.95) == "He might"
    assert shown(stable, "He might even", 1.2) == "He might even"


def test_words_with_a_second_of_audio_after_them_need_no_second_decode() -> None:
    assert shown(StableWords(), "He might even have been made", 2.0) == "He might even"


def test_a_better_decode_replaces_everything() -> None:
    stable = StableWords()
    stable.replace(words("quite different words"))
    assert shown(stable, "quite different words now", 1.3) == "quite different words"
