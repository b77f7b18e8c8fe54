"""Praat's TextGrid, long and short."""

from __future__ import annotations

import pytest

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.marks import Marks, MarksError
from flux_desktop.datasets.textgrid import parse_textgrid

LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 4
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1
            text = "say"
        intervals [3]:
            xmin = 1
            xmax = 1.5e0
            text = """2 = x"""
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 2.5
        points: size = 1
        points [1]:
            number = 0.3
            mark = "click"
    item [3]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 2.5
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = "s"
    item [4]:
        class = "IntervalTier"
        name = "speaker A"
        xmin = 0
        xmax = 2.5
        intervals: size = 1
        intervals [1]:
            xmin = 0.5
            xmax = 2
            text = "say “2 = x”
in two lines"
'''
SHORT = """File type = "ooTextFile"
"TextGrid"

0
2.5
<exists>
1
"IntervalTier"
"Words"
0
2.5
2
0
0.5
""
0.5
2.5
"say"
"""


def test_the_long_form() -> None:
    assert parse_textgrid(LONG) == Marks(
        words=[
            ReferenceWord(word="say", start_s=0.5, end_s=1),
            ReferenceWord(word='"2 = x"', start_s=1, end_s=1.5),
        ],
        turns=[SpokenTurn(text="say “2 = x”\nin two lines", start_s=0.5, end_s=2)],
    )


def test_the_short_form() -> None:
    assert parse_textgrid(SHORT).words == [ReferenceWord(word="say", start_s=0.5, end_s=2.5)]


@pytest.mark.parametrize("text", ["", "hello", SHORT[:-20], SHORT.replace("ooTextFile", "other")])
def test_what_is_no_textgrid(text: str) -> None:
    with pytest.raises(MarksError):
        parse_textgrid(text)
