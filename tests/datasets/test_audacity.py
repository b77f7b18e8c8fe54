"""Audacity's label tracks: recognised among text files, and read as turns in the order of time."""

from __future__ import annotations

import pytest

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.audacity import is_audacity, parse_audacity
from flux_desktop.datasets.marks import MarksError

TRACK = "1.50\t2.25\t second turn \n\\\t100.0\t200.0\n0.0\t1.0\thello there\n"


def test_labels_are_turns_and_frequencies_are_not() -> None:
    assert parse_audacity(TRACK).turns == [
        SpokenTurn(text="hello there", start_s=0.0, end_s=1.0),
        SpokenTurn(text="second turn", start_s=1.5, end_s=2.25),
    ]


@pytest.mark.parametrize(
    ("text", "is_track"),
    [
        (TRACK, True),
        ("0.0\t1.0\n", True),
        ("hello there\n", False),
        ("0.0 1.0 hello\n", False),
        ("0.0\t1.0\thello\nand more\n", False),
        ("\\\t100.0\t200.0\n", False),
        ("", False),
    ],
)
def test_a_label_track_is_told_from_a_transcript(text: str, is_track: bool) -> None:
    assert is_audacity(text) is is_track


def test_a_time_that_cannot_be_read_is_named_with_its_line() -> None:
    with pytest.raises(MarksError, match="Line 2"):
        parse_audacity("0.0\t1.0\thello\n1.0\tlater\tthere\n")
