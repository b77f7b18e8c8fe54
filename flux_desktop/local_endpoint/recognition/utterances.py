"""An utterance, what has been recognised of it block by block, and the streams' places in it."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from enum import Enum

from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord

Words = tuple[SpokenWord, ...]

LAG_BLOCKS = 18
"""Streams do not wait for a decode that is up to 1.4 s behind their audio: its words come with a later frame."""


class UtteranceState(Enum):
    """`OPEN` takes further blocks; `ENDED` waits for its final words or has them; `FAILED` will never have them."""

    OPEN = 1
    ENDED = 2
    FAILED = 3


class Utterance:
    """A stretch of speech that is or was decoded. Word times count from its first block, in seconds."""

    def __init__(self, number: int, language: str = "") -> None:
        self.number = number
        self.language = language
        self.state = UtteranceState.OPEN
        self.blocks: list[bytes] = []
        self.digests: list[bytes] = []
        self.paused_at_blocks = 0
        self.final: Words | None = None
        self.users: dict[Cursor, None] = {}
        self._covered: list[int] = []
        self._words: list[Words] = []
        self._watchers: list[Callable[[], None]] = []

    @property
    def is_open(self) -> bool:
        """Whether it takes further blocks."""
        return self.state is UtteranceState.OPEN

    def take(self, covered_blocks: int, words: Words | None, *, final: bool) -> None:
        """Take an answer of the recogniser; `words` is None where they have not changed."""
        current = words if words is not None else (self._words[-1] if self._words else ())
        if final:
            self.final = current
        else:
            self._covered.append(covered_blocks)
            self._words.append(current)
        self._notify()

    def fail(self) -> None:
        """No further answer will come."""
        self.state = UtteranceState.FAILED
        self._notify()

    def words_at(self, index: int) -> Words | None:
        """Words as a stream at block `index` knows them; None while recognition is too far behind it.

        These are the words of the last decode before it. Where audio came faster than in real time and there is no
        recent one, they are those of the next decode, from which the caller leaves out what is said later.
        """
        place = bisect.bisect_right(self._covered, index + 1)
        covered = self._covered[place - 1] if place else 0
        if index + 1 - covered <= LAG_BLOCKS:
            return self._words[place - 1] if place else ()
        return self._words[place] if place < len(self._covered) else self.final

    def when_decoded(self, callback: Callable[[], None]) -> None:
        """Call once, at the next answer or failure."""
        self._watchers.append(callback)

    def _notify(self) -> None:
        watchers, self._watchers = self._watchers, []
        for callback in watchers:
            callback()


class Cursor:
    """One stream's place in an utterance; its own audio are the blocks `first` to `index`. `owner` is the stream."""

    def __init__(self, owner: object, utterance: Utterance, first: int, index: int) -> None:
        self.owner = owner
        self.utterance = utterance
        self.first = first
        self.index = index
        utterance.users[self] = None

    @property
    def is_at_end(self) -> bool:
        """Whether the stream has brought the utterance's last block."""
        return self.index == len(self.utterance.blocks) - 1

    def own_blocks(self) -> list[bytes]:
        """The blocks that this stream has brought."""
        return self.utterance.blocks[self.first : self.index + 1]

    def move(self, utterance: Utterance, first: int, index: int) -> None:
        """Go on in another utterance."""
        self.utterance.users.pop(self, None)
        self.utterance, self.first, self.index = utterance, first, index
        utterance.users[self] = None
