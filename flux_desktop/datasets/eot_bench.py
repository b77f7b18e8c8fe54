"""Rows of livekit/eot-bench: one user turn each, with every silence of at least 0.1 s; the last one is the end.

JSON Lines with the columns of the data set: ``id``, ``language``, ``audio``, ``silence_spans`` [{start, end}] in
seconds, and optionally ``words`` [{word or text, start, end}]. ``audio`` names a file beside the rows, as a text or as
{"path": …}; the sound itself is not in a JSON file, so it is exported next to it. Source: the data set's README.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, Span, lines, read_text

MARK = '"silence_spans"'
"""A row has this column, and no other layout does."""
SILENCE_MIN_S = 0.1


class _Audio(Struct):
    path: str


class _Silence(Struct):
    start: float
    end: float


class _Word(Struct):
    start: float
    end: float
    word: str = ""
    text: str = ""


class _Row(Struct):
    audio: str | _Audio
    silence_spans: list[_Silence]
    id: str | int = ""
    language: str | None = None
    words: list[_Word] | None = None


_DECODER = msgspec.json.Decoder(_Row)


def is_eot_bench(text: str) -> bool:
    """Whether the first row is one of this layout."""
    return MARK in text.partition("\n")[0]


def read_eot_bench(path: Path) -> DataSet:
    """The turns of a file; rows without an end or without words before it are bad entries. Raises `ProblemError`."""
    clips, bad = [], []
    for number, line in lines(read_text(path)):
        try:
            clips.append(_clip(_DECODER.decode(line), path.parent))
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            bad.append(BadEntry(where=f"line {number}", why=f"{str(error).rstrip('.')}."))
    return DataSet(path=path, format="eot-bench", clips=tuple(clips), bad=tuple(bad))


def _clip(row: _Row, folder: Path) -> Clip:
    silences = [span for span in row.silence_spans if span.end - span.start >= SILENCE_MIN_S - 1e-9]
    if not silences:
        raise ValueError("It has no silence that ends the turn")
    words = tuple(
        ReferenceWord(word=word.word or word.text, start_s=word.start, end_s=word.end) for word in row.words or ()
    )
    end_s = silences[-1].start
    # A silence before the first word is no hold of the turn; without words the turn begins with the recording.
    start_s = min((word.start_s for word in words), default=silences[0].end if silences[0].start <= 0 else 0.0)
    if start_s >= end_s:
        raise ValueError("Its turn ends before it begins")
    text = " ".join(word.word for word in words)
    return Clip(
        path=folder / (row.audio if isinstance(row.audio, str) else row.audio.path),
        text=text or None,
        words=words,
        turns=(SpokenTurn(text=text, start_s=start_s, end_s=end_s),),
        holds=tuple(Span(start_s=span.start, end_s=span.end) for span in silences[:-1] if span.start > start_s),
        language=row.language,
        conversation=str(row.id) or None,
    )
