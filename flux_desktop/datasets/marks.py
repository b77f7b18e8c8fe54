"""What a label file states of the recordings that it names; the readers of such files share it."""

from __future__ import annotations

import msgspec

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Span


class MarksError(ValueError):
    """The text is not of the format; a sentence for the user."""


class Marks(msgspec.Struct, kw_only=True):
    """Turns and words of one recording, in the order of their beginnings, and what is not to be scored."""

    turns: list[SpokenTurn] = msgspec.field(default_factory=list)
    words: list[ReferenceWord] = msgspec.field(default_factory=list)
    ignore: list[Span] = msgspec.field(default_factory=list)

    @property
    def text(self) -> str:
        """All words, else the texts of all turns."""
        parts = [word.text for word in self.words] or [turn.text for turn in self.turns]
        return " ".join(part for part in parts if part)

    def sort(self) -> None:
        """Bring everything into the order of its beginning."""
        for spans in (self.turns, self.words, self.ignore):
            spans.sort(key=lambda span: (span.start_s, span.end_s))


def seconds(text: str) -> float:
    """A time of zero or more. Raises `MarksError`."""
    try:
        value = float(text)
    except ValueError:
        raise MarksError(f"“{text}” is not a time in seconds.") from None
    if not 0 <= value < 1e9:
        raise MarksError(f"{text} is not a time in a recording.")
    return value
