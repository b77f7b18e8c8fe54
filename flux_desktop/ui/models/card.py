"""Model of one entry of a transcript."""

from __future__ import annotations

from dataclasses import dataclass

from flux_desktop.flux.turns import Turn

UNSURE_BELOW = 0.5


@dataclass(slots=True, eq=False)
class Card:
    """One entry of a transcript: a turn or a note. `revision` grows with every change, for layout caches.

    `tone` is listening, awaiting, final or note. Times are seconds of stream audio, leads milliseconds. `unsure` lists
    the words of low confidence, each by its first character in the text and its length.
    """

    index: int
    tone: str = "listening"
    text: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    confidence: float | None = None
    eager_count: int = 0
    resumed_count: int = 0
    unsure: tuple[tuple[int, int], ...] = ()
    eager_lead_ms: float | None = None
    ended_by: str | None = None
    latency_ms: float | None = None
    decision_ms: float | None = None
    timed: bool = True
    """Whether the times are known: not of turns that ended before the connection was watched."""
    revision: int = 0
    serial: int = -1
    """Number of the card in its list, assigned by `CardList`."""

    @property
    def end_ms(self) -> float | None:
        """From the last word (where it is known, else from the end of the audio window) to the end of the turn."""
        return None if self.latency_ms is None else self.latency_ms + (self.decision_ms or 0.0)

    def take(self, turn: Turn) -> None:
        """Copy the current state of the turn."""
        self.index = turn.index
        self.text = turn.transcript
        self.unsure = unsure_words(turn)
        self.start_s = begin_s(turn)
        self.end_s = turn.end_s
        self.confidence = turn.confidence
        self.eager_count = turn.eager_count
        self.resumed_count = turn.resumed_count


def begin_s(turn: Turn) -> float:
    """Where a turn begins: with its first word where the build sends times, else where its audio does."""
    return turn.words[0].start if turn.words and turn.words[0].start is not None else turn.start_s


def unsure_words(turn: Turn) -> tuple[tuple[int, int], ...]:
    """The words of a confidence below `UNSURE_BELOW`: first character in the turn's text, and length."""
    positions: list[tuple[int, int]] = []
    at = 0
    for word in turn.words:
        start = turn.transcript.find(word.word, at)
        if start < 0 or not word.word:
            continue
        at = start + len(word.word)
        if word.confidence is not None and word.confidence < UNSURE_BELOW:
            positions.append((start, len(word.word)))
    return tuple(positions)
