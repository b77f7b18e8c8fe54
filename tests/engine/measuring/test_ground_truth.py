"""Turn figures against what is really said, and word errors."""

from __future__ import annotations

import pytest

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.engine.measuring.ground_truth import SpokenWords, TurnTiming
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.evaluation.accuracy.word_errors import WordErrors

WORDS = (
    ReferenceWord(word="he", start_s=0.5, end_s=0.8),
    ReferenceWord(word="was", start_s=0.9, end_s=1.2),
    ReferenceWord(word="mister", start_s=3.0, end_s=3.4, display="Mr."),
)


def timing(*, looped: bool = False) -> tuple[TurnTiming, dict[str, Histogram]]:
    histograms = {name: Histogram() for name in FIGURES}
    return TurnTiming(SpokenWords(WORDS, 5.0, looped=looped), histograms), histograms


def ms(histogram: Histogram) -> list[float | None]:
    return [histogram.percentiles().p50_ms, histogram.percentiles().n]


def test_a_turn_is_measured_from_its_true_onset_and_its_true_end():
    turn, figures = timing()
    turn.take("StartOfTurn", "", window_end_s=0.64, heard_s=0.7)
    turn.take("Update", "he", window_end_s=0.96, heard_s=1.0)
    turn.take("EagerEndOfTurn", "he was", window_end_s=1.4, heard_s=1.45)
    turn.take("EndOfTurn", "he was", window_end_s=1.6, heard_s=1.7)
    assert ms(figures["start_of_turn"]) == pytest.approx([200, 1], rel=0.01)
    assert ms(figures["first_transcript"]) == pytest.approx([500, 1], rel=0.01)
    assert ms(figures["end_of_turn"]) == pytest.approx([500, 1], rel=0.01)
    assert ms(figures["end_decision"]) == pytest.approx([400, 1], rel=0.01)
    assert ms(figures["end_delivery"]) == pytest.approx([100, 1], rel=0.01)
    assert ms(figures["eager_lead"]) == pytest.approx([250, 1], rel=0.01)
    assert turn.errors == WordErrors(n=2)


def test_the_second_turn_starts_at_its_own_onset():
    turn, figures = timing()
    turn.take("EndOfTurn", "he was", window_end_s=1.6, heard_s=1.7)
    turn.take("StartOfTurn", "", window_end_s=3.2, heard_s=3.3)
    assert ms(figures["start_of_turn"]) == pytest.approx([300, 1], rel=0.01)


def test_a_repeated_start_of_turn_is_measured_once():
    turn, figures = timing()
    for heard_s in (0.7, 0.9):
        turn.take("StartOfTurn", "he", window_end_s=0.64, heard_s=heard_s)
    assert ms(figures["start_of_turn"]) == pytest.approx([200, 1], rel=0.01)


@pytest.mark.parametrize(("fed_s", "resumes_s", "n"), [(0.85, 0.85, 1), (0.85, 0.95, 0), (1.6, 2.9, 1), (1.6, 3.2, 0)])
def test_a_stream_that_comes_back_after_an_onset_did_not_start_its_turn_late(fed_s, resumes_s, n):
    turn, figures = timing()
    turn.take("StartOfTurn", "he", window_end_s=0.64, heard_s=0.7)
    turn.cut("he" if fed_s < 1 else "he was", fed_s=fed_s, resumes_s=resumes_s)
    turn.take("StartOfTurn", "was", window_end_s=3.6, heard_s=3.7)
    assert (figures["start_of_turn"].n, figures["first_transcript"].n) == (1 + n, 1 + n)


def test_a_transcript_before_anyone_spoke_is_no_fast_answer():
    turn, figures = timing()
    turn.take("StartOfTurn", "hm", window_end_s=0.24, heard_s=0.3)
    assert figures["first_transcript"].percentiles().n == 0
    assert figures["start_of_turn"].percentiles().n == 0


def test_an_eager_end_that_was_resumed_is_no_lead():
    turn, figures = timing()
    turn.take("EagerEndOfTurn", "he", window_end_s=0.9, heard_s=1.0)
    turn.take("TurnResumed", "he", window_end_s=1.0, heard_s=1.1)
    turn.take("EndOfTurn", "he was", window_end_s=1.6, heard_s=1.7)
    assert figures["eager_lead"].percentiles().n == 0


def test_a_loop_says_its_words_again():
    words = SpokenWords(WORDS, 5.0, looped=True)
    assert words.last_end_s(5.2) == pytest.approx(3.4)
    assert words.last_end_s(6.3) == pytest.approx(6.2)
    assert words.next_start_s(3.5) == pytest.approx(5.5)
    assert words.text(1.3, 6.0) == "Mr. he"


def test_a_recording_without_loop_ends():
    words = SpokenWords(WORDS, 5.0, looped=False)
    assert words.next_start_s(3.5) is None
    assert words.last_end_s(0.4) is None
    assert words.last_end_s(99.0) == 3.4


def test_what_was_never_heard_counts_as_deleted_at_the_end():
    turn, _ = timing()
    turn.take("EndOfTurn", "he was", window_end_s=1.6, heard_s=1.7)
    turn.close("", fed_s=5.0)
    assert turn.errors == WordErrors(n=3, deletions=1)


@pytest.mark.parametrize("looped", [False, True])
def test_words_that_are_not_sent_any_more_are_not_missed(looped):
    sent = SpokenWords(WORDS, 5.0, looped=looped).first(1.0)
    assert sent.last_end_s(4.0) == 0.8
    assert sent.text(0.0, 20.0) == "he"
    assert sent.next_start_s(0.85) == 0.9
    assert sent.next_start_s(1.0) is None
    longer = SpokenWords(WORDS, 5.0, looped=True).first(6.0)
    assert longer.text(0.0, 20.0) == "he was Mr. he"
    assert SpokenWords(WORDS, 5.0, looped=False).first(None).text(0.0, 9.0) == "he was Mr."


def test_an_end_that_the_client_brought_about_times_nothing():
    turn, figures = timing()
    turn.take("EagerEndOfTurn", "he", window_end_s=0.96, heard_s=1.0)
    turn.take("EndOfTurn", "he was", window_end_s=1.28, heard_s=1.3, is_forced=True)
    assert not any(figures[name].n for name in ("end_of_turn", "end_decision", "end_delivery", "eager_lead"))
    assert turn.errors == WordErrors(n=2)
    turn.take("EndOfTurn", "Mr.", window_end_s=3.9, heard_s=4.0)
    assert ms(figures["end_of_turn"]) == pytest.approx([600, 1], rel=0.01)


@pytest.mark.parametrize(("sent_s", "n"), [(1.0, 0), (1.2, 1), (1.5, 1), (6.3, 1), (5.6, 0), (None, 1)])
def test_an_end_after_audio_that_ends_in_a_word_is_not_measured(sent_s, n):
    words = SpokenWords(WORDS, 5.0, looped=True).first(sent_s)
    figures = {name: Histogram() for name in FIGURES}
    turn = TurnTiming(words, figures)
    turn.take("EndOfTurn", "he was", window_end_s=(sent_s or 5.0) + 0.4, heard_s=(sent_s or 5.0) + 0.5)
    assert (figures["end_of_turn"].n, figures["end_decision"].n) == (n, n)


def test_a_recording_s_unit_is_decided_once_by_all_its_words():
    japanese = SpokenWords([ReferenceWord(word="今日は良い天気です", start_s=0.4, end_s=0.8)], 5.0, looped=False)
    assert (japanese.unit, SpokenWords(WORDS, 5.0, looped=False).unit) == ("character", "word")
    turn = TurnTiming(japanese, {name: Histogram() for name in FIGURES})
    turn.take("EndOfTurn", "今日は悪い天気です", window_end_s=1.6, heard_s=1.7)
    assert turn.errors == WordErrors(n=9, substitutions=1, unit="character")
    assert turn.errors.label == "CER"
