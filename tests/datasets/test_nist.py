"""RTTM, STM and CTM."""

from __future__ import annotations

import pytest

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.datasets.marks import MarksError
from flux_desktop.datasets.nist import parse_ctm, parse_rttm, parse_stm


def test_rttm() -> None:
    marks = parse_rttm(
        ";; comment\nSPEAKER talk 1 2.5 1.5 <NA> <NA> bob <NA> <NA>\nSPEAKER talk 1 0 1 <NA> <NA> amy <NA> <NA>\n"
        "SPKR-INFO talk 1 0 0 <NA> unknown bob <NA>\n"
    )
    assert marks["talk"].turns == [
        SpokenTurn(text="", start_s=0, end_s=1),
        SpokenTurn(text="", start_s=2.5, end_s=4),
    ]


def test_stm() -> None:
    marks = parse_stm(
        "talk 1 amy 0.0 1.5 <o,f0,female> hello you\ntalk 1 bob 1.5 2 IGNORE_TIME_SEGMENT_IN_SCORING\nb 1 amy 0 1 hi\n"
    )
    assert marks["talk"].turns == [SpokenTurn(text="hello you", start_s=0, end_s=1.5)]
    assert marks["talk"].ignore == [Span(start_s=1.5, end_s=2)]
    assert marks["b"].text == "hi"


@pytest.mark.parametrize(
    ("transcript", "text"),
    [
        ("so (%HESITATION) we %hesitation go (laughs out loud) <b_aft> on", "so we go on"),
        ("{ um / uh / @ } it {is / was} {{ a / b } / c } done", "it is a done"),
        ("(laughs)", ""),
    ],
)
def test_marks_of_stm_are_no_words(transcript: str, text: str) -> None:
    (turn,) = parse_stm(f"talk 1 amy 0 1 <o,f0> {transcript}\n")["talk"].turns
    assert turn.text == text


def test_ctm() -> None:
    marks = parse_ctm(
        "talk 1 0.5 0.25 you 0.9\ntalk 1 0.4 0.1 (%HESITATION) 0.5\ntalk 1 0.1 0.4 hello\n"
        "talk 1 0.8 0.1 <unk>\ntalk 1 0.9 0.1 %hesitation\n"
    )
    assert marks["talk"].words == [
        ReferenceWord(word="hello", start_s=0.1, end_s=0.5),
        ReferenceWord(word="you", start_s=0.5, end_s=0.75),
    ]
    assert marks["talk"].text == "hello you"


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (parse_rttm, "SPEAKER talk 1 x 1 <NA> <NA> bob", "Line 1: “x” is not a time"),
        (parse_stm, "\ntalk 1 amy 0", "Line 2: it has too few fields"),
        (parse_ctm, "talk 1 -1 1 word", "Line 1: -1 is not a time"),
    ],
)
def test_what_is_not_of_the_format(parse, text: str, why: str) -> None:
    with pytest.raises(MarksError, match=why):
        parse(text)
