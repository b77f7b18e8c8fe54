"""Words at their times where they fit, else joined and elided."""

from __future__ import annotations

import pytest

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.timeline_words import SPACE_PX as SPACE_MIN_PX
from flux_desktop.ui.models.timeline_words import placed_words
from tests.ui.timelines import said

WORDS = (("well", 1.0, 1.5), ("then", 1.5, 2.0), ("go", 4.0, 4.5))


def width(text: str) -> float:
    return 10.0 * len(text)


SPACE_PX = width(" ")


def made(words: tuple[tuple[str, float, float], ...] = WORDS, *, ended: bool = True) -> Conversation:
    conversation = Conversation(1)
    said(conversation, "StartOfTurn", 4.5, "well then go", words=words)
    if ended:
        said(conversation, "EndOfTurn", 5.0, "well then go", words=words)
    return conversation


def test_each_word_stands_at_its_time_where_it_fits() -> None:
    placed = placed_words(made().timeline.turns[0], 9.0, 100.0, width)
    assert [(each.text, each.left_px) for each in placed] == [("well", 100.0), ("then", 150.0), ("go", 400.0)]


def test_words_without_room_are_joined_up_to_the_next_pause() -> None:
    placed = placed_words(made().timeline.turns[0], 9.0, 50.0, width)
    assert [(each.text, each.left_px, each.width_px) for each in placed[:1]] == [("well then", 50.0, 150.0 - SPACE_PX)]
    assert placed[1].text == "go"


def test_the_last_words_have_room_up_to_the_end_of_the_turn_or_to_now() -> None:
    ended, still_open = made().timeline.turns[0], made(ended=False).timeline.turns[0]
    assert placed_words(ended, 9.0, 100.0, width)[-1].width_px == pytest.approx(510.0 - SPACE_PX - 400.0)
    assert placed_words(still_open, 9.0, 100.0, width)[-1].width_px == 900.0 - SPACE_PX - 400.0


def test_a_turn_without_times_is_one_text() -> None:
    (placed,) = placed_words(made(()).timeline.turns[0], 9.0, 100.0, width)
    assert placed.text == "well then go"
    assert placed.left_px + placed.width_px == pytest.approx(510.0 - SPACE_PX)
    (placed,) = placed_words(made(()).timeline.turns[0], 9.0, 100.0, lambda text: 0.1 * len(text))
    assert placed.left_px + placed.width_px == pytest.approx(510.0 - SPACE_MIN_PX), "in small type"


def test_the_words_end_where_those_of_the_next_turn_begin() -> None:
    timed, untimed = made().timeline.turns[0], made(()).timeline.turns[0]
    for turn in (timed, untimed):
        last = placed_words(turn, 9.0, 100.0, width, until_s=4.5)[-1]
        assert last.left_px + last.width_px == pytest.approx(450.0 - SPACE_PX)
