"""Ended turns in little memory: nothing of them is lost."""

from __future__ import annotations

from flux_desktop.flux.kept_turns import BLOCK, KeptTurns
from flux_desktop.flux.messages import Word
from flux_desktop.flux.turns import Turn


def turn(index: int) -> Turn:
    words = [Word(word=f"word{n}", confidence=0.5 + n / 100, start=float(n), end=n + 0.5) for n in range(14)]
    text = " ".join(word.word for word in words)
    return Turn(index=index, transcript=f"{text} {index}", words=words, confidence=0.9, end_s=14.0, ended_by="model")


def test_turns_come_back_as_they_were() -> None:
    turns = [turn(index) for index in range(2 * BLOCK + 3)]
    kept = KeptTurns(words=True)
    for each in turns:
        kept.append(each)
    assert len(kept) == len(turns)
    assert list(kept) == turns


def test_words_are_left_out_where_they_are_not_wanted() -> None:
    kept = KeptTurns(words=False)
    given = turn(0)
    kept.append(given)
    [back] = kept
    assert (back.transcript, back.words) == (given.transcript, [])
    assert given.words


def test_memory_is_a_small_part() -> None:
    kept = KeptTurns(words=True)
    for index in range(10 * BLOCK):
        kept.append(turn(index))
    assert kept._blocks.in_memory_bytes / (10 * BLOCK) < 300
