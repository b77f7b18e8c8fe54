"""Praat's TextGrid in its long and its short form: an interval tier of words, or of turns.

A tier counts as words if its name says so (``word``, ``words``), else its intervals that are not empty are turns.
Source: “TextGrid file formats” of the Praat manual.
"""

from __future__ import annotations

import re

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.marks import Marks, MarksError, seconds

_TOKEN = re.compile(r'"((?:[^"]|"")*)"|(?<![^\s=])(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?=\s|$)|<(exists|absent)>')
"""The values of a TextGrid: all else, such as ``xmin =``, is for the reader's eye."""
_NUMBERING = re.compile(r"(?m)^\s*(?:item|intervals|points)\s*\[\d*\]:?")
_WORD_TIERS = ("word", "words")
_PHONE_TIERS = ("phone", "phones", "phoneme", "phonemes", "syllable", "syllables")


def parse_textgrid(text: str) -> Marks:
    """The marks of all interval tiers but those of phones. Raises `MarksError`."""
    values: list[tuple[str, str, str]] = _TOKEN.findall(_NUMBERING.sub("", text))
    tokens = [number or quoted.replace('""', '"') for quoted, number, _ in values]
    position = 0

    def take() -> str:
        nonlocal position
        if position >= len(tokens):
            raise MarksError("The TextGrid is incomplete.")
        position += 1
        return tokens[position - 1]

    if take() != "ooTextFile" or take() != "TextGrid":
        raise MarksError("It is not a TextGrid.")
    marks = Marks()
    take(), take(), take()  # from, to, <exists>
    for _ in range(int(seconds(take()))):
        kind, name = take(), take().strip().lower()
        take(), take()
        for _ in range(int(seconds(take()))):
            start_s = seconds(take())
            if kind != "IntervalTier":
                take()
                continue
            end_s, label = seconds(take()), take().strip()
            if not label or name in _PHONE_TIERS:
                continue
            if name in _WORD_TIERS:
                marks.words.append(ReferenceWord(word=label, start_s=start_s, end_s=end_s))
            else:
                marks.turns.append(SpokenTurn(text=label, start_s=start_s, end_s=end_s))
    marks.sort()
    return marks
