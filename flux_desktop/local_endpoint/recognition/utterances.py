"""An utterance, what is known of its words block by block, and the streams' places in it."""

from __future__ import annotations

import bisect
from collections.abc import Callable

from flux_desktop.local_endpoint.recognition.decode_worker_handle import DecodeWorker
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord

Words = tuple[SpokenWord, ...]


class Utterance:
    """A stretch of speech that is being decoded or has been; word times count from its first block."""

    def __init__(self, number: int, worker: DecodeWorker) -> None:
        self.number = number
        self.worker = worker
        self.blocks: list[bytes] = []
        self.digests: list[bytes] = []
        self.ended = False
        self.final: Words | None = None
        self.failed = False
        self.users: dict[Cursor, None] = {}
        self._heard: list[int] = []
        self._words: list[Words] = []
        self._watchers: list[Callable[[], None]] = []

    def take(self, heard: int, words: Words | None, *, final: bool) -> None:
        """An answer of the recogniser; None means that the words are unchanged."""
        current = words if words is not None else (self._words[-1] if self._words else ())
        if final:
            self.final = current
        else:
            self._heard.append(heard)
            self._words.append(current)
        self._wake()

    def fail(self) -> None:
        self.failed = self.ended = True
        self._wake()

    def words_at(self, index: int) -> Words | None:
        """Words known when block `index` had been heard; None while it has not been."""
        place = bisect.bisect_left(self._heard, index + 1)
        return self._words[place] if place < len(self._heard) else self.final

    def when_heard(self, callback: Callable[[], None]) -> None:
        """Call once, at the next answer."""
        self._watchers.append(callback)

    def _wake(self) -> None:
        watchers, self._watchers = self._watchers, []
        for callback in watchers:
            callback()


class Cursor:
    """One stream's place in an utterance. `owner` stands for the stream."""

    def __init__(self, owner: object, utterance: Utterance, index: int) -> None:
        self.owner = owner
        self.utterance = utterance
        self.index = index
        utterance.users[self] = None

    def move(self, utterance: Utterance, index: int) -> None:
        self.utterance.users.pop(self, None)
        self.utterance, self.index = utterance, index
        utterance.users[self] = None
