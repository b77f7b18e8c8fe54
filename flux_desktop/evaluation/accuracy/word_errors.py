"""Errors of a transcript against a reference: words (WER), or characters in scripts without spaces (CER). Pure.

`word_errors` is the running count of a connection, made turn by turn while it streams: texts after NFC, without case,
punctuation and hyphens. Figures of a run that has ended are raw and normalised ones (`word_accuracy`). Combining marks
are part of their word: without them, different words of many scripts would look the same.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from msgspec import Struct

_SPOKEN_FORMS = {"mr": "mister", "mrs": "missus", "dr": "doctor", "st": "saint"}
_APOSTROPHES = "'\u2019"
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, Japanese and Chinese: scripts that put no spaces between words."""

Unit = Literal["word", "character"]


class WordErrors(Struct, frozen=True):
    """Errors against a reference of `n` words, or characters, as `unit` says."""

    n: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    unit: Unit = "word"

    @property
    def errors(self) -> int:
        """All of them, the numerator of the rate."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate_percent(self) -> float | None:
        """Errors per reference word or character in percent; may exceed 100. None without a reference."""
        return 100 * self.errors / self.n if self.n else None

    @property
    def label(self) -> str:
        """WER or CER."""
        return "WER" if self.unit == "word" else "CER"

    def __add__(self, other: WordErrors) -> WordErrors:
        """Errors of two texts of the same unit together."""
        return WordErrors(
            self.n + other.n,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            other.unit if other.n else self.unit,
        )


def unit_of(reference: str) -> Unit:
    """Characters where most letters of the reference belong to scripts without spaces, else words."""
    if reference.isascii():
        return "word"
    letters = [char for char in reference if unicodedata.category(char)[0] == "L"]
    return "character" if 2 * len(_WITHOUT_SPACES.findall("".join(letters))) > len(letters) else "word"


@lru_cache(maxsize=4096)
def word_errors(reference: str, transcript: str, unit: Unit = "word") -> WordErrors:
    """Count errors by the least number of edits. Connections that receive the same text share the result."""
    from kaldialign import edit_distance  # not before a run has a reference

    reference_tokens, transcript_tokens = tokens(reference, unit), tokens(transcript, unit)
    edits = edit_distance(reference_tokens, transcript_tokens)
    return WordErrors(len(reference_tokens), int(edits["sub"]), int(edits["del"]), int(edits["ins"]), unit)


def word_tokens(text: str) -> list[str]:
    """Words as written, after NFC."""
    return unicodedata.normalize("NFC", text).split()


def character_tokens(text: str) -> list[str]:
    """Characters as written, after NFC, without white space."""
    return [char for char in unicodedata.normalize("NFC", text) if not char.isspace()]


def tokens(text: str, unit: Unit) -> list[str]:
    """The words of a text as they are compared, or its characters."""
    words = _words(unicodedata.normalize("NFC", text).casefold())
    if unit == "character":
        return [char for word in words for char in word if char not in _APOSTROPHES]
    return [_SPOKEN_FORMS.get(word, word) for word in words]


def _words(text: str) -> list[str]:
    """Runs of letters, digits and their combining marks; an apostrophe inside a run belongs to it."""
    spaced = "".join(char if unicodedata.category(char)[0] in "LNM" or char in _APOSTROPHES else " " for char in text)
    words = (word.strip(_APOSTROPHES).replace("\u2019", "'") for word in spaced.split())
    return [word for word in words if word]
