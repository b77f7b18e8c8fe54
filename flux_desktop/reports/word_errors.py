"""Accuracy beside latency: the word error rate of a run against what its recording is known to say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from flux_desktop.audio.words import Script, Word

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
CELLS_MAX = 20_000_000
"""Beyond so many steps of alignment (about ten seconds) accuracy is left out rather than waited for."""


class WordErrors(Struct, frozen=True):
    """Counts of one text or of many added up; `n` are the words that were spoken."""

    n: int = 0
    substituted: int = 0
    missing: int = 0
    extra: int = 0

    @property
    def rate(self) -> float | None:
        """The word error rate, 0 and above; None where nothing was spoken."""
        return (self.substituted + self.missing + self.extra) / self.n if self.n else None

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            self.n + other.n,
            self.substituted + other.substituted,
            self.missing + other.missing,
            self.extra + other.extra,
        )


def tokens(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, no punctuation, hyphens part words."""
    return [token.replace("\u2019", "'") for token in _TOKEN.findall(text.lower())]


def spoken(script: Script, recording_s: float, audio_s: float) -> list[frozenset[str]]:
    """The words in the first `audio_s` seconds of a recording that starts over every `recording_s` seconds.

    Each is the set of its spellings, as spoken and as written (mister, Mr.).
    """
    once = [(word.end_s, spelling) for word in script.words for spelling in _spellings(word)]
    found: list[frozenset[str]] = []
    start_s = 0.0
    while start_s < audio_s:
        found += [spelling for end_s, spelling in once if start_s + end_s <= audio_s]
        start_s += max(recording_s, 0.1)
    return found


def word_errors(reference: Sequence[frozenset[str]], hypothesis: Sequence[str]) -> WordErrors:
    """The fewest substitutions, deletions and insertions that lead from what was spoken to what was recognised."""
    # Each cell is (errors, substituted, missing, extra); the fewest errors win.
    row = [(column, 0, 0, column) for column in range(len(hypothesis) + 1)]
    for spellings in reference:
        above_left, row[0] = row[0], _plus(row[0], missing=1)
        for column, token in enumerate(hypothesis, 1):
            above = row[column]
            same = above_left if token in spellings else _plus(above_left, substituted=1)
            row[column] = min(same, _plus(above, missing=1), _plus(row[column - 1], extra=1))
            above_left = above
    _, substituted, missing, extra = row[-1]
    return WordErrors(len(reference), substituted, missing, extra)


def word_errors_of_many(texts: Iterable[tuple[Sequence[frozenset[str]], str]]) -> WordErrors | None:
    """All (spoken, recognised) pairs added up, equal ones counted once and multiplied; None beyond `CELLS_MAX`."""
    known: dict[tuple[int, str], WordErrors] = {}
    cells, total = 0, WordErrors()
    for reference, text in texts:
        key = (len(reference), text)
        if key not in known:
            hypothesis = tokens(text)
            cells += len(reference) * len(hypothesis)
            if cells > CELLS_MAX:
                return None
            known[key] = word_errors(reference, hypothesis)
        total += known[key]
    return total


def _spellings(word: Word) -> list[frozenset[str]]:
    written, said = tokens(word.text), tokens(word.word)
    if len(written) != len(said):
        return [frozenset({token}) for token in written]
    return [frozenset(pair) for pair in zip(written, said, strict=True)]


def _plus(
    cell: tuple[int, int, int, int], substituted: int = 0, missing: int = 0, extra: int = 0
) -> tuple[int, int, int, int]:
    errors, *counts = cell
    return (
        errors + substituted + missing + extra,
        counts[0] + substituted,
        counts[1] + missing,
        counts[2] + extra,
    )
