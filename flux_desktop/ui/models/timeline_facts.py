"""What a timeline consists of: marks, turns with their words, states of a lane, thresholds in force. No Qt.

Positions are seconds of the audio sent on one connection, see `timeline`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from flux_desktop.flux.messages import Word
from flux_desktop.ui.models.card import Card


class MarkKind(StrEnum):
    """What a mark stands for."""

    START = "start"
    EAGER = "eager"
    RESUMED = "resumed"
    END = "end"
    TIMEOUT = "timeout"
    CONFIGURE = "configure"
    REFUSED = "refused"
    ROTATION = "rotation"
    GAP = "gap"
    CLIP = "clip"
    FAILED = "failed"


@dataclass(slots=True)
class LaneSpan:
    """A stretch of one turn state on the run's clock; `end_s` is None while it lasts."""

    state: str
    start_s: float
    end_s: float | None = None


@dataclass(slots=True, frozen=True)
class Mark:
    """One event. `label` is written beside it, `tip` explains it; a gap lasts until `until_s`."""

    kind: MarkKind
    at_s: float
    label: str = ""
    tip: str = ""
    until_s: float | None = None

    def reaches(self, from_s: float, until_s: float) -> bool:
        """Whether it lies between two positions, or a part of its gap does."""
        return self.at_s <= until_s and (self.at_s if self.until_s is None else self.until_s) >= from_s


@dataclass(slots=True, eq=False)
class TimelineTurn:
    """One turn. `end_s` is where its end arrived, None while it is open.

    `number` counts the timeline's turns. `card` is its entry in the transcript. `words` are those of the newest
    message, where the build sends their times.
    """

    number: int
    card: Card
    start_s: float
    """Where the first word begins, or else the audio that the turn's first message covers."""
    began_s: float
    """Where its first message arrived."""
    after_s: float = 0.0
    """Up to where the audio belongs to the turn before."""
    heard_s: float = 0.0
    """Up to where the newest message covers the audio."""
    end_s: float | None = None
    _texts: str = ""
    _times_s: bytes = b""

    @property
    def words(self) -> tuple[TimelineWord, ...]:
        """The words that have times."""
        times_s = array("f", self._times_s)
        texts = self._texts.split("\n") if self._texts else []
        return tuple(map(TimelineWord, texts, times_s[::2], times_s[1::2]))

    @property
    def text_from_s(self) -> float:
        """Where its text begins: its first word can lie before `start_s`, as the end before it arrives late."""
        return array("f", self._times_s)[0] if self._times_s else self.start_s

    def take_words(self, words: Sequence[Word]) -> None:
        """Keep the words of a message; packed, as a run of many connections has a million of them."""
        timed = [word for word in words if word.start is not None and word.end is not None]
        self._texts = "\n".join(word.word for word in timed)
        self._times_s = array("f", [edge or 0.0 for word in timed for edge in (word.start, word.end)]).tobytes()

    def holds(self, at_s: float) -> bool:
        """Whether the turn covers this position."""
        return self.start_s <= at_s <= (math.inf if self.end_s is None else self.end_s)

    def word_at(self, at_s: float) -> TimelineWord | None:
        """The word that is being spoken at a position, or was spoken last; None before the first and without times."""
        return next((word for word in reversed(self.words) if word.start_s <= at_s), None)


@dataclass(slots=True, frozen=True)
class TimelineWord:
    """One recognised word and its time."""

    text: str
    start_s: float
    end_s: float


@dataclass(slots=True, frozen=True)
class ThresholdChange:
    """What is in force from `from_s` on; `eager` is None where eager ends are off."""

    from_s: float
    end: float
    eager: float | None


@dataclass(slots=True)
class Stretch:
    """What lies between two positions."""

    turns: Sequence[TimelineTurn] = ()
    marks: Sequence[Mark] = ()
    thresholds: Sequence[ThresholdChange] = ()
    confidence: list[tuple[float, float]] = field(default_factory=list)
