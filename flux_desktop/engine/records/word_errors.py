"""Word error rate: how much of what was said was heard. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

_SPOKEN_FORMS = {"mr": "mister", "mrs": "missus", "dr": "doctor", "st": "saint"}
_WORD = re.compile("[^\\W_]+(?:['\u2019][^\\W_]+)*")


class WordErrors(Struct, frozen=True, omit_defaults=True):
    """Errors against a reference of `n` words."""

    n: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def rate_percent(self) -> float | None:
        """Errors per reference word in percent; it can be above 100. None without a reference."""
        errors = self.substitutions + self.deletions + self.insertions
        return 100 * errors / self.n if self.n else None

    def __add__(self, other: WordErrors) -> WordErrors:
        """Errors of two texts together."""
        return WordErrors(
            self.n + other.n,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


@lru_cache(maxsize=4096)
def word_errors(reference: str, heard: str) -> WordErrors:
    """Count errors by the least number of edits; case, punctuation and hyphens do not count.

    Meant for one turn: the work grows with the product of both lengths. Many streams that hear the same
    recording share the answer.
    """
    wanted, got = _words(reference), _words(heard)
    # Each cell: (edits, substitutions, deletions, insertions) of the best way to here.
    above = [(column, 0, 0, column) for column in range(len(got) + 1)]
    for row, word in enumerate(wanted, start=1):
        line = [(row, 0, row, 0)]
        for column, other in enumerate(got, start=1):
            if word == other:
                line.append(above[column - 1])
                continue
            edits, substitutions, deletions, insertions = min(above[column - 1], above[column], line[column - 1])
            if (edits, substitutions, deletions, insertions) == above[column - 1]:
                line.append((edits + 1, substitutions + 1, deletions, insertions))
            elif (edits, substitutions, deletions, insertions) == above[column]:
                line.append((edits + 1, substitutions, deletions + 1, insertions))
            else:
                line.append((edits + 1, substitutions, deletions, insertions + 1))
        above = line
    _, substitutions, deletions, insertions = above[-1]
    return WordErrors(len(wanted), substitutions, deletions, insertions)


def _words(text: str) -> list[str]:
    found = (match.lower().replace("\u2019", "'") for match in _WORD.findall(text))
    return [_SPOKEN_FORMS.get(word, word) for word in found]
