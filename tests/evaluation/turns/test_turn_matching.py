"""Pairs of true ends and decisions: by time, by text, and where both disagree."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flux_desktop.evaluation.turns.turn_matching import EndCause, TurnDecision, match_ends
from tests.evaluation.hand_made import end, span, turn

PAIR = (turn(1.0, 3.0), turn(5.0, 7.0))
SPOKEN = (turn(1.0, 3.0, "I would like a pizza"), turn(3.6, 5.0, "and a cola"))


def matched(ends: Sequence[TurnDecision], matches: dict[int, TurnDecision]) -> dict[int, int]:
    """Places of turns and of decisions."""
    return {place: next(n for n, each in enumerate(ends) if each is match) for place, match in matches.items()}


@pytest.mark.parametrize(
    ("audio_s", "is_match"), [(2.74, False), (2.75, True), (3.0, True), (4.9, True), (5.0, True), (5.01, False)]
)
def test_window_without_texts_reaches_to_the_next_turn(audio_s: float, is_match: bool) -> None:
    assert (0 in match_ends(PAIR, (), [end(audio_s)])) is is_match


@pytest.mark.parametrize(("audio_s", "is_match"), [(10.0, True), (10.01, False)])
def test_window_ends_after_three_seconds(audio_s: float, is_match: bool) -> None:
    assert (1 in match_ends(PAIR, (), [end(audio_s)])) is is_match
    assert 1 in match_ends(PAIR, (), [end(audio_s, cause=EndCause.TIMEOUT)]), "a timeout is no miss"


def test_one_decision_for_each_end_and_the_earliest_wins() -> None:
    ends = [end(3.2), end(3.9), end(7.5)]
    assert matched(ends, match_ends(PAIR, (), ends)) == {0: 0, 1: 2}
    ends = [end(3.2, "I would like a pizza"), end(3.4, ""), end(5.2, "and a cola")]
    assert matched(ends, match_ends(SPOKEN, (), ends)) == {0: 0, 1: 2}


def test_text_finds_an_early_end_that_time_alone_calls_a_cut_off() -> None:
    """0.4 s before the annotated end all words are out."""
    ends = [end(2.6, "i would like a pizza"), end(5.3, "and a cola")]
    assert matched(ends, match_ends(SPOKEN, (), ends)) == {0: 0, 1: 1}
    untold = [end(2.6), end(5.3)]
    assert matched(untold, match_ends(SPOKEN, (), untold)) == {1: 1}


def test_an_early_end_before_the_last_word_is_not_the_end() -> None:
    ends = [end(2.0, "I would like"), end(5.3, "and a cola")]
    assert matched(ends, match_ends(SPOKEN, (), ends)) == {1: 1}


def test_text_finds_a_late_end_that_lies_in_the_next_turn() -> None:
    ends = [end(3.8, "I would like a pizza"), end(5.3, "and a cola")]
    assert matched(ends, match_ends(SPOKEN, (), ends)) == {0: 0, 1: 1}
    merged = [end(5.3, "I would like a pizza and a cola")]
    assert matched(merged, match_ends(SPOKEN, (), merged)) == {1: 0}, "one end of both is the second one's"


def test_text_decides_between_two_ends_in_the_window() -> None:
    """A hallucinated end comes first; the second one brings the words."""
    turns = (turn(1.0, 3.0, "a pizza"), turn(9.0, 10.0, "a cola"))
    ends = [end(2.9, "a"), end(3.5, "pizza"), end(10.5, "a cola")]
    assert matched(ends, match_ends(turns, (), ends)) == {0: 1, 1: 2}


def test_a_decision_in_a_hold_is_never_the_end() -> None:
    turns, holds = (turn(1.0, 4.0, "a pizza"),), (span(2.0, 3.9),)
    assert match_ends(turns, holds, [end(3.8, "a pizza")]) == {}
    assert match_ends(turns, holds, [end(3.95, "a pizza")]) != {}


def test_misheard_words_do_not_keep_an_end_from_its_turn() -> None:
    ends = [end(3.3, "eye wood like a piece"), end(5.3, "Anna Cola")]
    assert matched(ends, match_ends(SPOKEN, (), ends)) == {0: 0, 1: 1}


def test_hours_of_turns_are_matched_in_blocks() -> None:
    """500 turns 1.5 s apart: no gap is wide enough to part them, so blocks end between any two turns."""
    turns = [turn(4.0 * n, 4.0 * n + 2.5, f"this is turn {n}") for n in range(500)]
    ends = [end(4.0 * n + 3.0, f"this is turn {n}") for n in range(500) if n % 50]
    matches = match_ends(turns, (), ends)
    assert len(matches) == len(ends)
    assert all(match.audio_s == 4.0 * place + 3.0 for place, match in matches.items())


def test_nothing_to_match() -> None:
    assert match_ends((), (), [end(1.0)]) == {}
    assert match_ends(PAIR, (), []) == {}
