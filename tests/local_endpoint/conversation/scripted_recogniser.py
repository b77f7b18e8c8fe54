"""A recogniser whose progress the test decides: it has the interface of the real one, and no audio processing."""

from __future__ import annotations

from collections.abc import Callable

from flux_desktop.local_endpoint.recognition.decode_pool import PoolFullError
from flux_desktop.local_endpoint.recognition.recogniser import Recognised, RecognitionFailedError
from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S, SpokenWord


class ScriptedRecogniser:
    """Every message of audio is one frame: speech unless it is all zeros. `done_s` is how far recognition has come."""

    def __init__(self, *words: SpokenWord, done_s: float = float("inf")) -> None:
        self.sources: set[str] = {"script"}
        self.heard_s = 0.0
        self.last_words: tuple[SpokenWord, ...] = ()
        self.done_s = done_s
        self.full = self.failed = self.closed = False
        self._words = words
        self._forgotten_s = 0.0
        self._waiting: Callable[[], None] | None = None

    def hear_silence(self, data: bytes) -> float | None:
        return None

    def feed(self, data: bytes) -> list[Recognised]:
        if self.full:
            raise PoolFullError
        self.heard_s = round(self.heard_s + FRAME_S, 6)
        return [Recognised(self.heard_s, speech=any(data))]

    def finish(self) -> list[Recognised]:
        return []

    settle = finish

    def words(self, frame: Recognised) -> tuple[SpokenWord, ...] | None:
        if self.failed:
            raise RecognitionFailedError
        if frame.end_s > self.done_s:
            return None
        self.last_words = tuple(w for w in self._words if self._forgotten_s < w.end_s <= frame.end_s)
        return self.last_words

    def when_ready(self, frame: Recognised, callback: Callable[[], None]) -> None:
        assert self._waiting is None
        self._waiting = callback

    def reach(self, done_s: float) -> None:
        """Recognition has come as far as `done_s`."""
        self.done_s = done_s
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    def forget(self, before_s: float) -> None:
        self._forgotten_s = before_s

    def close(self) -> None:
        self.closed = True
