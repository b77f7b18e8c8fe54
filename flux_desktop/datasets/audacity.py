"""Audacity's label tracks: ``start<TAB>end<TAB>label`` on each line, the labels being turns."""

from __future__ import annotations

import re

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import lines
from flux_desktop.datasets.marks import Marks, MarksError, seconds

_LINE = re.compile(r"[\d.]+\t[\d.]+(\t|$)")
_FREQUENCIES = "\\"
"""Begins a line with the frequencies of a spectral selection."""


def is_audacity(text: str) -> bool:
    """Whether a text file is a label track, and not a transcript."""
    numbered = [line for _, line in lines(text) if not line.startswith(_FREQUENCIES)]
    return bool(numbered) and all(_LINE.match(line) for line in numbered)


def parse_audacity(text: str) -> Marks:
    """The labels as turns. Raises `MarksError`."""
    marks = Marks()
    for number, line in lines(text):
        if line.startswith(_FREQUENCIES):
            continue
        start, _, rest = line.partition("\t")
        end, _, label = rest.partition("\t")
        try:
            marks.turns.append(SpokenTurn(text=label.strip(), start_s=seconds(start), end_s=seconds(end)))
        except MarksError as error:
            raise MarksError(f"Line {number}: {error}") from None
    marks.sort()
    return marks
