"""Which utterances are decoded next, and how: the decode process's queue. Pure, no clock.

Finals come first, then decodes at a pause (which become final if the speaker does not go on), then interim decodes,
those that have waited longest first. So when more streams speak than the machine can follow, interim words get
rarer and finals stay on time. Utterances that are due together are decoded as one batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from flux_desktop.local_endpoint.recognition.decode_protocol import Request
from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S
from flux_desktop.local_endpoint.recognition.whisper.model import FULL_WINDOW_S

_FIRST_DECODES = 7
"""Until an utterance has words it is decoded for every block of its first half second: the turn starts with the first
word. Short windows cost 15 to 30 ms."""
_LATER_AFTER_BLOCKS = 3
_INTERIM_AFTER_BLOCKS = 6
_INTERIM_LATEST_BLOCKS = 12
"""Noise is decoded ever more rarely, but at least once a second: streams wait for a decode that is not recent."""
_INTERIM_PADDING_S = 2.0
"""Silence that follows the audio in a short window; with less of it the model repeats itself."""
_FULL_WINDOW_UTTERANCES_MAX = 2
"""With more utterances open at once final decodes use a window as short as the audio allows."""
_SHORT_FINAL_MIN_S = 12.0
_BATCH_MAX = 4
_BATCH_SPREAD_S = 3.0
"""A batch is as long as its longest member: shorter ones join only if they are not much shorter."""

JobKind = Literal["final", "pause", "interim"]


class Job(NamedTuple):
    """Utterances to decode as one batch, in windows of `length_s` seconds."""

    kind: JobKind
    utterances: tuple[OpenUtterance, ...]
    length_s: float


class OpenUtterance:
    """An utterance that still needs decodes. `audio` is 16-bit samples."""

    def __init__(self, number: int, language: str, order: int) -> None:
        self.number = number
        self.language = language
        self.audio = bytearray()
        self.blocks = 0
        self.has_words = False
        self.speech_blocks = 0
        self.ended = False
        self.decoded_blocks = 0
        self.wordless_decodes = 0
        self.full_blocks = 0
        self.last_turn = order
        self._paused_at_blocks = 0

    @property
    def length_s(self) -> float:
        """Seconds of audio so far."""
        return len(self.audio) / 32_000

    @property
    def final_is_known(self) -> bool:
        """Whether the last full decode covered all speech and a block of silence after it."""
        return self.ended and self.full_blocks > self.speech_blocks

    @property
    def is_new(self) -> bool:
        """Whether its first word may be found at any moment."""
        return not self.has_words and self.wordless_decodes < _FIRST_DECODES

    @property
    def seems_wordless(self) -> bool:
        """Whether no decode so far has found words: noise, or a very short answer."""
        return self.wordless_decodes > 0 and not self.has_words

    @property
    def pause_is_due(self) -> bool:
        """Whether a pause began after the last full decode; one after sounds without words is not worth a decode."""
        return self._paused_at_blocks > self.full_blocks and not self.seems_wordless

    @property
    def interim_is_due(self) -> bool:
        """Whether enough audio has come since the last decode, and no full decode is due."""
        if self.pause_is_due:
            return False
        waiting = self.blocks - self.decoded_blocks
        if self.has_words:
            least = _INTERIM_AFTER_BLOCKS
        elif self.is_new:
            least = 1
        else:
            least = min(_INTERIM_LATEST_BLOCKS, _LATER_AFTER_BLOCKS * 2 ** (self.wordless_decodes - _FIRST_DECODES))
        return waiting >= (_INTERIM_LATEST_BLOCKS if self._paused_at_blocks else least)

    def take(self, request: Request) -> None:
        """Take one more request about this utterance."""
        if request.kind == "audio":
            self.audio += request.block
            self.blocks += 1
            if self._paused_at_blocks and self.blocks - self._paused_at_blocks >= _INTERIM_AFTER_BLOCKS:
                self._paused_at_blocks = 0  # the speaker went on
        elif request.kind == "pause":
            self._paused_at_blocks = self.blocks
            self.speech_blocks = request.speech_blocks
        else:
            self.ended = True
            self.speech_blocks = request.speech_blocks


class DecodeSchedule:
    """All utterances that are open in one decode process."""

    def __init__(self) -> None:
        self._open: dict[int, OpenUtterance] = {}
        self._turns = 0

    def take(self, requests: Iterable[Request]) -> None:
        """Take what has been asked since the last job."""
        for request in requests:
            if request.kind == "drop":
                self._open.pop(request.utterance, None)
                continue
            utterance = self._open.get(request.utterance)
            if utterance is None:
                utterance = OpenUtterance(request.utterance, request.language, self._turns)
                self._open[request.utterance] = utterance
            utterance.take(request)

    def known_finals(self) -> list[OpenUtterance]:
        """Utterances that have ended and need no further decode; they leave the schedule."""
        known = [utterance for utterance in self._open.values() if utterance.final_is_known]
        for utterance in known:
            del self._open[utterance.number]
        return known

    def next_job(self) -> Job | None:
        """What to decode now; None while nothing is due. `done` must be called with the job."""
        waiting = sorted(self._open.values(), key=lambda utterance: utterance.last_turn)
        if due := [utterance for utterance in waiting if utterance.ended]:
            return self._full_job("final", due)
        # A turn can only start once there is a word, so these go before the pauses of others.
        if first := [u for u in waiting if u.interim_is_due and u.is_new]:
            return _interim_job(first)
        if due := [utterance for utterance in waiting if utterance.pause_is_due]:
            return self._full_job("pause", due)
        if due := [utterance for utterance in waiting if utterance.interim_is_due]:
            return _interim_job(due)
        return None

    def done(self, job: Job, blocks: Iterable[int]) -> None:
        """A job has been carried out; `blocks` are the numbers of blocks that its utterances had when it began."""
        self._turns += 1
        for utterance, covered in zip(job.utterances, blocks, strict=True):
            utterance.last_turn = self._turns
            utterance.decoded_blocks = covered
            utterance.wordless_decodes += not utterance.has_words
            if job.kind != "interim":
                utterance.full_blocks = covered
            if job.kind == "final":
                self._open.pop(utterance.number, None)

    def _full_job(self, kind: JobKind, due: list[OpenUtterance]) -> Job:
        if len(self._open) <= _FULL_WINDOW_UTTERANCES_MAX and not due[0].seems_wordless:
            return Job(kind, (due[0],), FULL_WINDOW_S)
        batch = _batch(due)
        return Job(kind, batch, max(_SHORT_FINAL_MIN_S, _window_s(batch)))


def _interim_job(due: list[OpenUtterance]) -> Job:
    batch = _batch(due)
    return Job("interim", batch, _window_s(batch))


def _batch(due: list[OpenUtterance]) -> tuple[OpenUtterance, ...]:
    """The one that has waited longest, and others of about its length and of its language."""
    first = due[0]
    alike = (
        other
        for other in due
        if abs(other.length_s - first.length_s) <= _BATCH_SPREAD_S and other.language == first.language
    )
    return tuple(other for other, _ in zip(alike, range(_BATCH_MAX), strict=False))


def _window_s(batch: tuple[OpenUtterance, ...]) -> float:
    longest_s = max(utterance.length_s for utterance in batch) + _INTERIM_PADDING_S
    return min(FULL_WINDOW_S, -(-longest_s // FRAME_S) * FRAME_S)
