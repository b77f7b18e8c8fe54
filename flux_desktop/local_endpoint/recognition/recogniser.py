"""What one stream's audio is heard as: 80 ms frames of speech or silence, and the words in them.

Words come from a script where the stream's bytes are a registered recording, else from PocketSphinx, else from
nobody. Which of them is settled frame by frame: a stream matches a recording from its first sample that is not
zero, so no result ever has to be held back until the choice is made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool
from flux_desktop.local_endpoint.recognition.encodings import Decoder, Framer
from flux_desktop.local_endpoint.recognition.scripts import Script, ScriptMatcher
from flux_desktop.local_endpoint.recognition.speech_detection import SpeechDetector, level_dbfs
from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S
from flux_desktop.local_endpoint.recognition.utterances import Cursor, Words

_PRE_ROLL_FRAMES = 4
_UTTERANCE_ENDS_AFTER_FRAMES = 5
"""0.4 s of silence: before a turn usually ends, so that its text is the recogniser's final one."""
_UTTERANCE_MAX_FRAMES = 375
_LATE_WORD_S = 0.05


class RecognitionFailedError(RuntimeError):
    """The recognition process of this stream died."""


class Recognised(NamedTuple):
    """One frame, as heard. Words of a script come with it; those of a recogniser when it has caught up."""

    end_s: float
    speech: bool
    scripted: Words = ()
    cursor: Cursor | None = None
    block_index: int = 0
    offset_s: float = 0.0
    ends: bool = False
    has_final: bool = False


class Recogniser:
    """One stream's ears. `feed` and `finish` give frames, `words` tells what is known at a frame.

    `scripts` is None where only PocketSphinx may give words, `pool` is None where it must not; with neither the
    stream is a silent sink and its audio is only counted.
    """

    def __init__(
        self, encoding: str, sample_rate_hz: int, scripts: Sequence[Script] | None, pool: DecodePool | None
    ) -> None:
        self._framer = Framer(encoding, sample_rate_hz)
        self._decoder = Decoder(encoding, sample_rate_hz)
        self._detector = SpeechDetector()
        # Only the same encoding can be the same bytes.
        matchable = scripts is not None and encoding == "linear16"
        self._matcher = ScriptMatcher(scripts or (), sample_rate_hz) if matchable else None
        self._pool = pool
        self._silent = scripts is None and pool is None
        self._recent: deque[bytes] = deque(maxlen=_PRE_ROLL_FRAMES)
        self._cursor: Cursor | None = None
        self._cursor_start_s = 0.0
        self._quiet_frames = 0
        self._heard_s = 0.0
        self._settled: Words = ()
        self._last: Words = ()
        self._ended: set[Cursor] = set()
        self._forgotten_s = 0.0
        self.sources: set[str] = set()

    @property
    def heard_s(self) -> float:
        """Seconds of audio received in whole frames."""
        return self._heard_s

    # ------------------------------------------------------------ audio

    def feed(self, data: bytes) -> list[Recognised]:
        """Frames that `data` completes. Raises `PoolFullError` if no decode is to be had."""
        return [self._hear(frame, FRAME_S) for frame in self._framer.feed(data)]

    def finish(self) -> list[Recognised]:
        """The last, shorter frame, if any, and the end of the utterance under way."""
        frames = []
        if rest := self._framer.finish():
            length_s = len(rest) / self._framer.sample_bytes / self._framer.sample_rate_hz
            frames.append(self._hear(rest, length_s))
        if self._cursor is not None:
            frames.append(self._end_utterance(speech=False, closing=True))
        return frames

    def settle(self) -> list[Recognised]:
        """End the utterance under way so that its text becomes final, and go on listening."""
        return [self._end_utterance(speech=False)] if self._cursor is not None else []

    def close(self) -> None:
        """Give back what the stream holds; safe to call twice."""
        if self._pool is not None:
            held = self._ended if self._cursor is None else self._ended | {self._cursor}
            for cursor in held:
                self._pool.drop(cursor)
            self._pool.leave(self)
        self._ended.clear()
        self._cursor = None

    def _hear(self, frame: bytes, length_s: float) -> Recognised:
        self._heard_s = round(self._heard_s + length_s, 6)
        if self._silent:
            return Recognised(self._heard_s, speech=False)
        samples = self._decoder.samples(frame)
        speech = self._detector.hear(level_dbfs(samples))
        scripted = self._matcher.feed(frame) if self._matcher is not None else ()
        if scripted and self._matcher is not None:
            self.sources.add(f"script {self._matcher.script_name}")
        if self._pool is None:
            return Recognised(self._heard_s, speech, scripted)
        block = self._decoder.for_recogniser(samples)
        known = self._matcher is not None and self._matcher.state != "unknown"
        heard = self._recognise(block, speech, known=known)
        self._recent.append(block)
        return heard._replace(scripted=scripted)

    def _recognise(self, block: bytes, speech: bool, *, known: bool) -> Recognised:
        pool = self._pool
        assert pool is not None
        if self._cursor is None:
            if not speech or known:
                return Recognised(self._heard_s, speech)
            blocks = [*self._recent, block]
            self._cursor = pool.begin(self, blocks)
            self._cursor_start_s = self._heard_s - len(blocks) * FRAME_S
            self._quiet_frames = 0
            self.sources.add("PocketSphinx")
        else:
            pool.feed(self._cursor, block)
            self._quiet_frames = 0 if speech else self._quiet_frames + 1
        too_long = self._cursor.index >= _UTTERANCE_MAX_FRAMES
        if self._quiet_frames >= _UTTERANCE_ENDS_AFTER_FRAMES or too_long:
            return self._end_utterance(speech=speech)
        return Recognised(self._heard_s, speech, (), self._cursor, self._cursor.index, self._cursor_start_s)

    def _end_utterance(self, *, speech: bool, closing: bool = False) -> Recognised:
        cursor, pool = self._cursor, self._pool
        assert cursor is not None
        assert pool is not None
        final = pool.end(cursor, closing=closing)
        self._cursor = None
        self._ended.add(cursor)
        return Recognised(
            self._heard_s, speech, (), cursor, cursor.index, self._cursor_start_s, ends=True, has_final=final
        )

    # ------------------------------------------------------------ words

    @property
    def last_words(self) -> Words:
        """What `words` gave at the last frame, less what was forgotten since."""
        return tuple(w for w in self._last if w.start_s >= self._forgotten_s - _LATE_WORD_S)

    def words(self, frame: Recognised) -> Words | None:
        """All words since the last `forget` as known at this frame; None while recognition is behind.

        Frames must be asked for in order. Raises `RecognitionFailedError`.
        """
        cursor = frame.cursor
        if cursor is None:
            self._settled += frame.scripted
            self._last = self._settled
            return self._settled
        utterance = cursor.utterance
        if utterance.failed:
            raise RecognitionFailedError
        found = utterance.final if frame.has_final else utterance.words_at(frame.block_index)
        if found is None:
            return None
        self._settled += frame.scripted
        words = self._settled + self._placed(found, frame)
        if frame.ends:
            self._settled = words
            self._ended.discard(cursor)
            assert self._pool is not None
            self._pool.drop(cursor)
        self._last = words
        return words

    def when_ready(self, frame: Recognised, callback: Callable[[], None]) -> None:
        """Call once when `words` of a frame is worth asking again."""
        assert frame.cursor is not None
        frame.cursor.utterance.when_heard(callback)

    def forget(self, before_s: float) -> None:
        """A turn has ended with the words up to `before_s`: later frames no longer give them."""
        self._forgotten_s = before_s
        self._settled = tuple(w for w in self._settled if w.start_s >= before_s - _LATE_WORD_S)

    def _placed(self, words: Words, frame: Recognised) -> Words:
        """Words of an utterance in stream time, without those of turns that have ended.

        A recogniser that catches up answers for many frames at once, and another stream may be further on: what
        has not been said by the end of `frame` is left out. A word under way counts only where the utterance ends.
        """
        placed = (
            word._replace(
                start_s=max(0.0, word.start_s + frame.offset_s), end_s=min(word.end_s + frame.offset_s, frame.end_s)
            )
            for word in words
            if (word.start_s if frame.ends else word.end_s - _LATE_WORD_S) + frame.offset_s <= frame.end_s
        )
        return tuple(w for w in placed if w.start_s >= self._forgotten_s - _LATE_WORD_S)
