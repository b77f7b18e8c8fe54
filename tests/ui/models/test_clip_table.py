"""Clips as rows of words."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Clip
from flux_desktop.ui.models.clip_table import HEADINGS, details, matching, row
from flux_desktop.ui.models.data_set import DataSetShape

TURN = SpokenTurn(text="Hello\nthere", start_s=0.1, end_s=0.9)
CLIPS = (
    Clip(path=Path("/d/one.wav"), text="Hello\nthere", turns=(TURN,), speaker="7", language="en", keyterms=("a", "b")),
    Clip(path=Path("/d/two.wav"), offset_s=2.5),
)
SHAPE = DataSetShape(Path("/d"), CLIPS, (1.25, None), 2)


def test_a_row_has_the_words_of_each_column() -> None:
    assert len(row(SHAPE, 0)) == len(HEADINGS)
    assert row(SHAPE, 0) == ("one.wav", "1.2 s", "1", "", "Hello there")
    assert row(SHAPE, 1) == ("two.wav from 2.5 s", "", "", "", "")


def test_names_and_texts_are_searched() -> None:
    assert [matching(SHAPE, words) for words in ("", "HELLO", "two", "nothing")] == [[0, 1], [0], [1], []]


def test_what_else_is_stated() -> None:
    assert details(CLIPS[0]) == "speaker 7 · language en · keyterms a, b"
    assert details(CLIPS[1]) == ""
