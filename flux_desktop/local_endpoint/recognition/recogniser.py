"""One stream's audio as 80 ms frames of speech or silence, and the words recognised in them.

Words come from a script where the stream's bytes are a registered recording, else from speech recognition, else there
are none. Which of them is settled frame by frame: a stream matches a recording from its first sample that is not zero,
so no result has to be held back until the choice is made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool
from flux_desktop.local_endpoint.recognition.encodings import RECOGNISER_RATE_HZ, Decoder, Framer
from flux_desktop.local_endpoint.recognition.scripts import Script, ScriptMatcher, ScriptStore
from flux_desktop.local_endpoint.recognition.speech_detection import SpeechDetector, level_dbfs
from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S
from flux_desktop.local_endpoint.recognition.utterances import Cursor, UtteranceState, Words

_BYTES_PER_S = 2 * RECOGNISER_RATE_HZ
_BLOCK_BYTES = round(FRAME_S * _BYTES_PER_S)
_PRE_ROLL_FRAMES = 4
_PAUSE_AFTER_FRAMES = 2
"""0.16 s of silence: the decode that may become the final one is worth starting."""
_UTTERANCE_ENDS_AFTER_FRAMES = 5
"""0.4 s of silence: before a turn usually ends, so that its text is the final one."""
_SPLIT_AT_PAUSE_AFTER_FRAMES = 250
"""From 20 s on an utterance ends at the first pause, because the model takes at most 30 s."""
_UTTERANCE_MAX_FRAMES = 350
_LATE_WORD_S = 0.05
_FORGOTTEN_AFTER_S = _LATE_WORD_S + 0.001


class RecognitionFailedError(RuntimeError):
    """The decode process ended before this stream's words were known."""


class Recognised(NamedTuple):
    """One frame of audio. Words of a script come with it, those of speech recognition when it has caught up.

    `end_s` counts from the stream's start, `offset_s` is where the utterance's first block would lie in the stream.
    """

    end_s: float
    speech: bool
    scripted: Words = ()
    cursor: Cursor | None = None
    block_index: int = 0
    offset_s: float = 0.0
    ends: bool = False
    has_final: bool = False


class Recogniser:
    """The recogniser of one stream: `feed` and `finish` give frames, `words` gives what is known at a frame.

    `scripts` and those of `store` are the recordings whose words are known; None for `scripts` where only speech
    recognition may give words. `pool` is None where it must not or cannot; with neither the stream's audio is only
    counted. `language` is the language spoken, empty where it is to be detected.
    """

    def __init__(
        self,
        encoding: str,
        sample_rate_hz: int,
        scripts: Sequence[Script] | None,
        pool: DecodePool | None,
        language: str = "",
        store: ScriptStore | None = None,
    ) -> None:
        self._framer = Framer(encoding, sample_rate_hz)
        self._decoder = Decoder(encoding, sample_rate_hz)
        self._detector = SpeechDetector()
        # Only the same encoding can be the same bytes.
        matchable = scripts is not None and encoding == "linear16"
        self._matcher = ScriptMatcher(scripts or (), sample_rate_hz, store) if matchable else None
        self._pool = pool
        self._language = language
        self._silent = scripts is None and pool is None
        self._recent: deque[bytes] = deque(maxlen=_PRE_ROLL_FRAMES)
        self._cursor: Cursor | None = None
        self._carry = b""
        """Audio behind the utterance's last whole block: its blocks may begin between those of this stream."""
        self._own_start_s = 0.0
        """Where this stream's first block of the utterance lies."""
        self._quiet_frames = 0
        self._own_speech_blocks = 0
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

    def hear_silence(self, data: bytes) -> float | None:
        """Where a frame ends in the stream that `data` is exactly and that counts as silence without being listened to.

        None for any other data, which then belongs to `feed`.
        """
        framer = self._framer
        if not self._silent or framer.rest or len(data) != framer.frame_bytes:
            return None
        self._heard_s = heard_s = round(self._heard_s + FRAME_S, 6)
        return heard_s

    def feed(self, data: bytes) -> list[Recognised]:
        """Frames that `data` completes. Raises `PoolFullError` if no place for a decode is free."""
        return [self._process(frame, FRAME_S) for frame in self._framer.feed(data)]

    def finish(self) -> list[Recognised]:
        """The last, shorter frame, if any, and the end of the utterance under way."""
        frames = []
        if rest := self._framer.finish():
            length_s = len(rest) / self._framer.sample_bytes / self._framer.sample_rate_hz
            frames.append(self._process(rest, length_s))
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

    def _process(self, frame: bytes, length_s: float) -> Recognised:
        self._heard_s = round(self._heard_s + length_s, 6)
        if self._silent:
            return Recognised(self._heard_s, speech=False)
        samples = self._decoder.samples(frame)
        speech = self._detector.update(level_dbfs(samples))
        scripted = self._matcher.feed(frame) if self._matcher is not None else ()
        if scripted and self._matcher is not None:
            self.sources.add(f"script {self._matcher.script_name}")
        if self._pool is None:
            return Recognised(self._heard_s, speech, scripted)
        block = self._decoder.for_recogniser(samples)
        known = self._matcher is not None and self._matcher.state != "unknown"
        frame_of_pool = self._recognise(block, speech, known=known)
        self._recent.append(block)
        return frame_of_pool._replace(scripted=scripted)

    def _recognise(self, block: bytes, speech: bool, *, known: bool) -> Recognised:
        pool = self._pool
        assert pool is not None
        if self._cursor is None:
            if not known:
                pool.warm_up()
            if not speech or known:
                return Recognised(self._heard_s, speech)
            self._cursor = self._begin(pool, block)
        else:
            audio = self._carry + block
            self._carry = audio[_BLOCK_BYTES:]
            pool.feed(self._cursor, audio[:_BLOCK_BYTES])
            self._count_silence(self._cursor, speech=speech)
        if self._utterance_is_over(self._cursor):
            return self._end_utterance(speech=speech)
        return Recognised(self._heard_s, speech, (), self._cursor, self._cursor.index, self._offset_s(self._cursor))

    def _begin(self, pool: DecodePool, block: bytes) -> Cursor:
        """Begin an utterance with the audio just before it, in the blocks of a stream that has the same audio."""
        audio = b"".join([*self._recent, block])
        end = len(audio) - pool.lag_bytes(audio, _BLOCK_BYTES, self._language)
        first = end % _BLOCK_BYTES if end >= _BLOCK_BYTES else 0
        blocks = [audio[at : at + _BLOCK_BYTES] for at in range(first, end, _BLOCK_BYTES)]
        self._carry = audio[end:]
        self._own_start_s = self._heard_s - (len(audio) - first) / _BYTES_PER_S
        self._own_speech_blocks = len(blocks)
        self._quiet_frames = 0
        self.sources.add(pool.model.title)
        return pool.begin(self, blocks, self._language)

    def _count_silence(self, cursor: Cursor, *, speech: bool) -> None:
        if speech:
            self._quiet_frames = 0
            self._own_speech_blocks = cursor.index + 1 - cursor.first
            return
        self._quiet_frames += 1
        if self._quiet_frames == _PAUSE_AFTER_FRAMES and self._pool is not None:
            self._pool.pause(cursor, self._own_speech_blocks)

    def _utterance_is_over(self, cursor: Cursor) -> bool:
        """Whether to end the utterance here. A stream that follows another one ends where that one does."""
        if not cursor.is_at_end:
            return False
        if not cursor.utterance.is_open:
            return True
        long = cursor.index + 1 >= _SPLIT_AT_PAUSE_AFTER_FRAMES
        quiet_frames_max = _PAUSE_AFTER_FRAMES if long else _UTTERANCE_ENDS_AFTER_FRAMES
        return self._quiet_frames >= quiet_frames_max or cursor.index + 1 >= _UTTERANCE_MAX_FRAMES

    def _offset_s(self, cursor: Cursor) -> float:
        return self._own_start_s - cursor.first * FRAME_S

    def _end_utterance(self, *, speech: bool, closing: bool = False) -> Recognised:
        cursor, pool = self._cursor, self._pool
        assert cursor is not None
        assert pool is not None
        final = pool.end(cursor, self._own_speech_blocks, closing=closing)
        self._cursor = None
        self._ended.add(cursor)
        self._recent.clear()  # the next utterance must not repeat its end
        return Recognised(
            self._heard_s, speech, (), cursor, cursor.index, self._offset_s(cursor), ends=True, has_final=final
        )

    # ------------------------------------------------------------ words

    @property
    def last_words(self) -> Words:
        """What `words` gave at the last frame, without what was forgotten since."""
        return tuple(w for w in self._last if w.start_s >= self._forgotten_s - _LATE_WORD_S)

    def words(self, frame: Recognised) -> Words | None:
        """All words since the last `forget` as known at this frame; None while recognition is behind.

        Frames must be passed in order. Raises `RecognitionFailedError`.
        """
        cursor = frame.cursor
        if cursor is None:
            self._settled += frame.scripted
            self._last = self._settled
            return self._settled
        utterance = cursor.utterance
        if utterance.state is UtteranceState.FAILED:
            raise RecognitionFailedError
        decoded = utterance.final if frame.has_final else utterance.words_at(frame.block_index)
        if decoded is None:
            return None
        self._settled += frame.scripted
        words = self._settled + self._placed(decoded, frame)
        if frame.ends:
            self._settled = words
            self._ended.discard(cursor)
            assert self._pool is not None
            self._pool.drop(cursor)
        self._last = words
        return words

    def when_ready(self, frame: Recognised, callback: Callable[[], None]) -> None:
        """Call once when `words` of this frame may have changed."""
        assert frame.cursor is not None
        frame.cursor.utterance.when_decoded(callback)

    def forget(self, before_s: float) -> None:
        """A turn has ended with the words up to `before_s`: later frames no longer give them."""
        ended_s = [word.start_s for word in self._last if word.end_s <= before_s]
        # However short a word is, it must not come again: each frame would start and end a turn with it.
        self._forgotten_s = max([before_s, *(start_s + _FORGOTTEN_AFTER_S for start_s in ended_s)])
        self._settled = tuple(w for w in self._settled if w.start_s >= self._forgotten_s - _LATE_WORD_S)

    def _placed(self, words: Words, frame: Recognised) -> Words:
        """Words of an utterance in stream time, without those of turns that have ended.

        Left out is what was said before this stream began, and what has not been said by the end of `frame`: the
        words may come from a decode of more audio. A word under way counts only where the utterance ends.
        """
        assert frame.cursor is not None
        own_from_s = frame.cursor.first * FRAME_S
        placed = (
            word._replace(
                start_s=max(0.0, word.start_s + frame.offset_s), end_s=min(word.end_s + frame.offset_s, frame.end_s)
            )
            for word in words
            if (word.start_s + word.end_s) / 2 >= own_from_s
            and (word.start_s if frame.ends else word.end_s - _LATE_WORD_S) + frame.offset_s <= frame.end_s
        )
        return tuple(w for w in placed if w.start_s >= self._forgotten_s - _LATE_WORD_S)
