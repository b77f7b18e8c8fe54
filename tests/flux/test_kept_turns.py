"""Ended turns are stored whole, or without their words."""

from __future__ import annotations

import pytest

from flux_desktop.base.side_store import SideFile
from flux_desktop.flux.kept_turns import KeptTurns
from flux_desktop.flux.messages import Word
from flux_desktop.flux.turns import Turn


def turn(index: int) -> Turn:
    words = [Word(word=f"word{n}", confidence=0.5 + n / 100, start=float(n), end=n + 0.5) for n in range(14)]
    text = " ".join(word.word for word in words)
    return Turn(index=index, transcript=f"{text} {index}", words=words, confidence=0.9, end_s=14.0, ended_by="model")


@pytest.mark.parametrize("words", [True, False])
def test_turns_come_back_as_they_were(words: bool) -> None:
    turns = [turn(index) for index in range(100)]
    turn_store = KeptTurns(words=words, side_file=SideFile())
    for each in turns:
        turn_store.append(each)
    assert len(turn_store) == len(turns)
    assert [each.transcript for each in turn_store] == [each.transcript for each in turns]
    assert [each.words for each in turn_store] == [each.words if words else [] for each in turns]
    assert [each.end_s for each in turn_store] == [14.0] * len(turns)
    assert turn_store.in_memory_bytes == 0


def test_the_turn_that_is_stored_keeps_its_words_for_others() -> None:
    ended = turn(0)
    KeptTurns(words=False, side_file=SideFile()).append(ended)
    assert len(ended.words) == 14
