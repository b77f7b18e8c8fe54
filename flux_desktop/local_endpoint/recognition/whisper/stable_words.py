"""Interim words of one utterance from decodes that differ: shown is what two decodes in a row agree on. Pure.

Each decode covers more audio than the one before, and its last words are the least certain. Measured on 25 recorded
sentences decoded every 0.48 s: 15 of 100 words are taken back, against 76 if each decode is shown as it is; the last
word shown then ended 0.46 s before the end of the audio (median).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord

_EDGE_S = 0.2
"""A word that ends where the audio ends may be the beginning of a longer one."""
_SETTLED_S = 1.0
"""Words with this much audio after them are shown at once: when decodes are rare, a second one would come late."""
_FIRST_CONFIDENCE_MIN = 0.1
"""A turn starts with its first word, so that one is shown without waiting for a second decode. Measured on 66 clips
decoded every 0.08 s: the turn starts 0.25 s after the voice (median; p90 0.41 s), and 59 % of the first words stay."""


class StableWords:
    """The interim words of an utterance; one object per utterance."""

    def __init__(self) -> None:
        self.shown: tuple[SpokenWord, ...] = ()
        self._previous: tuple[SpokenWord, ...] = ()

    def update(self, decoded: Sequence[SpokenWord], covered_s: float) -> tuple[SpokenWord, ...]:
        """Take the words of a decode of the first `covered_s` seconds; returns the words to show.

        Words that are shown change only when two decodes in a row agree on the change.
        """
        words = tuple(decoded)
        agreed, unchanged = _agreement(self._previous, words), _agreement(self.shown, words)
        self._previous = words
        if unchanged < len(self.shown) and agreed <= unchanged:
            return self.shown
        settled = sum(1 for _ in takewhile(lambda word: word.end_s <= covered_s - _SETTLED_S, words))
        count = max(agreed, unchanged, settled)
        while count > unchanged and words[count - 1].end_s > covered_s - _EDGE_S:
            count -= 1
        if count == 0 and words and comparable(words[0].text) and words[0].confidence >= _FIRST_CONFIDENCE_MIN:
            count = 1
        self.shown = words[:count]
        return self.shown

    def replace(self, words: tuple[SpokenWord, ...]) -> None:
        """Take the words of a better decode as they are; the next ones are compared with them."""
        self.shown = self._previous = words


def comparable(text: str) -> str:
    """A word without case and punctuation, by which decodes are compared."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _agreement(one: Sequence[SpokenWord], other: Sequence[SpokenWord]) -> int:
    """How many words both begin with."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if comparable(first.text) != comparable(second.text):
            break
        count += 1
    return count
