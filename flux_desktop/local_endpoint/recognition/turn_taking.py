"""Turn-taking as a pure rule: frames of speech and silence, with the words so far, become turn events.

Nothing here knows of sockets, clocks or recognisers: time is seconds of the stream's own audio. The events and
their order follow Deepgram's description of Flux; the shape of the confidence is this project's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from flux_desktop.flux import defaults
from flux_desktop.flux.messages import TurnEvent

FRAME_S = defaults.CHUNK_S
FRAMES_PER_UPDATE = 3
"""An Update for every 0.24 s of audio: captured streams tick on 80 ms frames."""

# (share of a quick rise, its time constant in s, midpoint and steepness in s of the slow rise)
_CURVES = {
    "ended": (0.0, 1.0, 0.36, 0.11),
    "open": (0.58, 0.20, 1.60, 0.30),
    "unpunctuated": (0.50, 0.25, 0.62, 0.10),
}
_OPEN_MIDPOINT_FACTORS = (0.7, 1.3)
"""Some words promise more to come than others: the factor is between these, by the last word's letters."""
_SENTENCE_ENDS = (".", "?", "!", "…")
_CLOSING_QUOTES = "\"'\u201d\u2019)"
_CONFIDENCE_FLOOR, _CONFIDENCE_CEILING = 0.002, 0.995
_DECAY_IN_SPEECH = 0.35

Trigger = Literal["model", "timeout", "manual"]


class SpokenWord(NamedTuple):
    """One recognised word; `start_s` and `end_s` are seconds of stream audio."""

    text: str
    start_s: float
    end_s: float
    confidence: float
    language: str = "en"


class TurnThresholds(msgspec.Struct, frozen=True):
    """What decides about the end of a turn; `eager` is None while eager ends are off."""

    eot: float = defaults.EOT_THRESHOLD
    eager: float | None = None
    timeout_ms: int = defaults.EOT_TIMEOUT_MS


class ConfidenceOffset(Protocol):
    """What raises a stream's confidence: a fault that emulates state of earlier turns."""

    @property
    def offset(self) -> float:
        """Added to the confidence of the open turn."""

    def turn_ended(self) -> None:
        """The open turn has ended."""


class TurnStep(NamedTuple):
    """One TurnInfo to be sent. The window is what the turn covers, in seconds of stream audio."""

    event: TurnEvent
    turn_index: int
    window_start_s: float
    window_end_s: float
    words: tuple[SpokenWord, ...]
    confidence: float
    trigger: Trigger | None = None

    @property
    def transcript(self) -> str:
        return " ".join(word.text for word in self.words)


def end_confidence(silence_s: float, last_word: str, *, punctuated: bool) -> float:
    """How sure a listener is that the speaker has finished, after `silence_s` of silence: 0 to 1.

    Never falls while the silence lasts. Where the text carries punctuation, a finished sentence is believed
    after about 0.5 s. A pause inside an unfinished one soon crosses a low eager threshold, as a listener gets
    ready to answer, but the usual threshold of 0.7 only after 0.9 to 1.8 s, depending on the last word.
    """
    if not punctuated:
        kind = "unpunctuated"
    else:
        kind = "ended" if last_word.rstrip(_CLOSING_QUOTES).endswith(_SENTENCE_ENDS) else "open"
    share, constant_s, midpoint_s, steepness_s = _CURVES[kind]
    if kind == "open":
        midpoint_s *= _open_midpoint_factor(last_word)
    quick = 1 - math.exp(-silence_s / constant_s)
    slow = 1 / (1 + math.exp(min(50.0, (midpoint_s - silence_s) / steepness_s)))
    return min(_CONFIDENCE_CEILING, max(_CONFIDENCE_FLOOR, share * quick + (1 - share) * slow))


def _is_written(words: Sequence[SpokenWord]) -> bool:
    """Whether the text has punctuation or capitals, so that a missing full stop says something."""
    return any(word.text[:1].isupper() or word.text.endswith((*_SENTENCE_ENDS, ",")) for word in words)


def _open_midpoint_factor(last_word: str) -> float:
    """The same for a word in every case and with any punctuation. Stands in for what syntax and pitch tell."""
    letters = [ord(letter) for letter in last_word.casefold() if letter.isalnum()]
    low, high = _OPEN_MIDPOINT_FACTORS
    return low + (high - low) * (sum(letters) % 17) / 16


class TurnTaker:
    """The listener's side of one conversation; feed it every 80 ms frame in order.

    `words` given to `advance` are all words that have ended since the open turn began; the caller may revise
    them from frame to frame, as recognisers do. An open turn never loses its last text.
    """

    def __init__(self, thresholds: TurnThresholds) -> None:
        self.thresholds = thresholds
        self.confidence_offset = 0.0
        """Added to every confidence: the fault ``elevated-confidence`` emulates state of earlier turns."""
        self.turn_index = 0
        self.turn_start_s = 0.0
        self._open = False
        self._awaiting_end = False
        self._words: tuple[SpokenWord, ...] = ()
        self._sent_words: tuple[SpokenWord, ...] = ()
        self._confidence = _CONFIDENCE_FLOOR
        self._last_speech_s = 0.0
        self._now_s = 0.0
        self._frames = 0

    @property
    def confidence(self) -> float:
        """That the open turn has ended, 0 to 1."""
        return min(_CONFIDENCE_CEILING, self._confidence + self.confidence_offset)

    def advance(self, end_s: float, speech: bool, words: tuple[SpokenWord, ...]) -> list[TurnStep]:
        """Take the frame that ends at `end_s`; returns the events it causes, at most one state change."""
        self._frames += 1
        self._now_s = end_s
        resumed = self._take_words(words) or speech
        if speech:
            self._last_speech_s = end_s
        self._weigh(speech)
        change = self._change_of_state(resumed)
        if change is not None:
            return [change]
        if self._frames % FRAMES_PER_UPDATE == 0:
            return [self._step(TurnEvent.UPDATE)]
        return []

    def pass_silence(self, end_s: float) -> bool:
        """Take a frame of silence where nothing has ever been said; whether an Update is due, which `report` gives."""
        self._frames += 1
        self._now_s = end_s
        return self._frames % FRAMES_PER_UPDATE == 0

    def force_end(self) -> TurnStep | None:
        """End the open turn with the text last sent; None (a Warning to the client) when none is open."""
        if not self._open:
            return None
        self._words = self._sent_words
        return self._end("manual")

    def report(self) -> TurnStep:
        """An Update out of turn, with what is known now."""
        return self._step(TurnEvent.UPDATE)

    def close(self, end_s: float, words: tuple[SpokenWord, ...], *, ends_turn: bool) -> list[TurnStep]:
        """The last events of a stream: an Update with all that was decoded; older builds also end the turn.

        A changed text after an eager end is announced by TurnResumed first, as in mid-stream.
        """
        self._now_s = max(end_s, self._now_s)
        changed = self._take_words(words)
        steps: list[TurnStep] = []
        if not self._open and self._words:
            steps.append(self._start())
        elif changed and self._awaiting_end:
            steps.append(self._resume())
        steps.append(self._step(TurnEvent.UPDATE))
        if ends_turn and self._open:
            steps.append(self._end("model"))
        return steps

    # ------------------------------------------------------------ steps

    def _take_words(self, words: tuple[SpokenWord, ...]) -> bool:
        """Whether the text has changed. A recogniser that takes all words back keeps the old ones here."""
        if not words or words == self._words:
            return False
        changed = [w.text for w in words] != [w.text for w in self._words]
        self._words = words
        if changed:
            self._last_speech_s = max(self._last_speech_s, min(words[-1].end_s, self._now_s))
        return changed

    def _weigh(self, speech: bool) -> None:
        if speech or not self._words:
            if self._confidence > _CONFIDENCE_FLOOR:
                self._confidence = max(_CONFIDENCE_FLOOR, self._confidence * _DECAY_IN_SPEECH)
            return
        last_word = self._words[-1].text
        silence_s = self._now_s - self._last_speech_s
        self._confidence = end_confidence(silence_s, last_word, punctuated=_is_written(self._words))

    def _change_of_state(self, resumed: bool) -> TurnStep | None:
        limits = self.thresholds
        if not self._open:
            return self._start() if self._words else None
        if self._awaiting_end and limits.eager is None:
            self._awaiting_end = False
        if self._awaiting_end and resumed:
            return self._resume()
        silence_ms = (self._now_s - self._last_speech_s) * 1000
        if silence_ms >= limits.timeout_ms - 1e-6:
            return self._end("timeout")
        if limits.eager is not None and not self._awaiting_end:
            if self.confidence >= limits.eager:
                self._awaiting_end = True
                return self._step(TurnEvent.EAGER_END_OF_TURN)
            return None
        return self._end("model") if self.confidence >= limits.eot else None

    def _start(self) -> TurnStep:
        self._open = True
        # A word may have been recognised only after ForceEndTurn had ended the turn before.
        self.turn_start_s = min(self.turn_start_s, self._words[0].start_s)
        return self._step(TurnEvent.START_OF_TURN)

    def _resume(self) -> TurnStep:
        self._awaiting_end = False
        return self._step(TurnEvent.TURN_RESUMED)

    def _end(self, trigger: Trigger) -> TurnStep:
        step = self._step(TurnEvent.END_OF_TURN, trigger)
        self._open = self._awaiting_end = False
        self._words = self._sent_words = ()
        self._confidence = _CONFIDENCE_FLOOR
        self.turn_index += 1
        self.turn_start_s = self._now_s
        return step

    def _step(self, event: TurnEvent, trigger: Trigger | None = None) -> TurnStep:
        self._sent_words = self._words
        return TurnStep(
            event=event,
            turn_index=self.turn_index,
            window_start_s=round(self.turn_start_s, 2),
            window_end_s=round(self._now_s, 2),
            words=self._words if self._open else (),
            confidence=round(self.confidence, 4),
            trigger=trigger,
        )
