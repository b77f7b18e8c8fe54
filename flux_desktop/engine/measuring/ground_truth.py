"""Ground truth: the words of a recording and their times, against which turns are measured.

Pure. Positions are seconds of the audio sent, counted from a connection's first sample and continuing through loops.
Without a words file next to the recording there is no truth, and the figures that need it stay empty.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import inf, isfinite

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.evaluation.accuracy.word_errors import Unit, WordErrors, unit_of, word_errors

TOLERANCE_S = 0.02
"""Word times are aligned to 10 ms; a window that ends this close to a word's end holds the word."""


class SpokenWords:
    """The words of a recording that lasts `length_s` and may be looped.

    Only `sent_s` seconds of it are sent (None: all); what would be said later is not said.
    """

    def __init__(
        self, words: Sequence[ReferenceWord], length_s: float, *, looped: bool, sent_s: float | None = None
    ) -> None:
        self._words = words
        self._starts_s = [word.start_s for word in words]
        self._ends_s = [word.end_s for word in words]
        self._length_s = length_s
        self._looped = looped
        self._sent_s = inf if sent_s is None else sent_s
        self._unit: Unit | None = None

    @property
    def unit(self) -> Unit:
        """What errors are counted in, decided once for the recording."""
        if self._unit is None:
            self._unit = unit_of(" ".join(word.text for word in self._words))
        return self._unit

    def first(self, sent_s: float | None) -> SpokenWords:
        """The words of a stream that sends only so many seconds of the recording (None: all)."""
        return SpokenWords(self._words, self._length_s, looped=self._looped, sent_s=sent_s)

    def is_cut(self, at_s: float) -> bool:
        """Whether what is sent has ended by `at_s`, and in the middle of a word: nobody knows where its speech ends."""
        if not isfinite(self._sent_s) or at_s < self._sent_s:
            return False
        last_s = self._sent_s % self._length_s if self._looped else self._sent_s
        index = bisect_right(self._starts_s, last_s - TOLERANCE_S)
        return index > 0 and self._ends_s[index - 1] > last_s + TOLERANCE_S

    def last_end_s(self, at_s: float) -> float | None:
        """Where the last word before `at_s` ends; None before the first one."""
        at_s = min(at_s, self._sent_s)
        loop = int(at_s // self._length_s) if self._looped else 0
        for turn in (loop, loop - 1):
            if turn >= 0:
                index = bisect_right(self._ends_s, at_s - turn * self._length_s + TOLERANCE_S)
                if index:
                    return turn * self._length_s + self._ends_s[index - 1]
        return None

    def next_start_s(self, after_s: float) -> float | None:
        """Where the first word that begins at or after `after_s` begins; None after the last one."""
        loop = int(after_s // self._length_s) if self._looped else 0
        for turn in (loop, loop + 1) if self._looped else (loop,):
            index = bisect_left(self._starts_s, after_s - turn * self._length_s - TOLERANCE_S)
            if index < len(self._starts_s):
                start_s = turn * self._length_s + self._starts_s[index]
                return start_s if start_s < self._sent_s else None
        return None

    def text(self, from_s: float, until_s: float) -> str:
        """What was said after `from_s` and up to `until_s`, by the words' ends, joined by blanks."""
        words = self._words
        return " ".join(words[n % len(words)].text for n in range(self._said(from_s), self._said(until_s)))

    def _said(self, until_s: float) -> int:
        """How many words were said by then, all loops counted."""
        until_s = min(until_s, self._sent_s)
        whole, rest_s = divmod(until_s, self._length_s) if self._looped else (0.0, until_s)
        return len(self._words) * int(whole) + bisect_right(self._ends_s, rest_s + TOLERANCE_S)


class TurnTiming:
    """Measures one stream's turns into the histograms of those names (`figure_names.FIGURES`).

    `words` is None where no truth is known; then only `eager_lead` is measured.
    `errors` are the word errors so far. All durations are in seconds.
    """

    def __init__(self, words: SpokenWords | None, histograms: dict[str, Histogram]) -> None:
        self._words = words
        self._histograms = histograms
        self._turn_from_s = 0.0
        self._stream_from_s = 0.0
        """Where the present stream begins: it cannot have heard what began before."""
        self._text_seen = self._start_seen = False
        self._eager_at_s: float | None = None
        self.errors = WordErrors()

    def take(
        self, event: str, transcript: str, *, window_end_s: float, heard_s: float, is_forced: bool = False
    ) -> None:
        """One TurnInfo; both times count from the feed's first sample, `heard_s` is when it came.

        `is_forced`: an EndOfTurn that the client has brought about, which times nothing.
        """
        if transcript and not self._text_seen:
            self._text_seen = True
            self._since_onset("first_transcript", heard_s)
        if event == "StartOfTurn" and not self._start_seen:
            self._start_seen = True
            self._since_onset("start_of_turn", heard_s)
        elif event == "EagerEndOfTurn":
            self._eager_at_s = heard_s
        elif event == "TurnResumed":
            self._eager_at_s = None
        elif event == "EndOfTurn":
            self._end_of_turn(transcript, window_end_s, heard_s, is_forced=is_forced)

    def cut(self, open_text: str, fed_s: float, resumes_s: float) -> None:
        """The stream ends, perhaps in the middle of a turn, whose text is as good as it will get.

        Another one goes on at `resumes_s`, which is later than `fed_s` where audio was lost.
        """
        self._forget_turn()
        self._stream_from_s = resumes_s
        true_end_s = self._words.last_end_s(fed_s) if open_text and self._words else None
        if true_end_s is not None and true_end_s > self._turn_from_s:
            self._compare(open_text, true_end_s)
            self._turn_from_s = true_end_s

    def close(self, open_text: str, fed_s: float) -> None:
        """The stream has ended: what was said after the last turn's end counts too."""
        if self._words is not None:
            self._compare(open_text, self._words.last_end_s(fed_s))

    def _forget_turn(self) -> None:
        self._eager_at_s, self._text_seen, self._start_seen = None, False, False

    def _compare(self, transcript: str, true_end_s: float | None) -> None:
        if self._words is not None and true_end_s is not None:
            self.errors += word_errors(self._words.text(self._turn_from_s, true_end_s), transcript, self._words.unit)

    def _since_onset(self, name: str, heard_s: float) -> None:
        onset_s = self._words.next_start_s(self._turn_from_s) if self._words else None
        # What comes before anyone has spoken is a hallucination, not a fast answer.
        if onset_s is not None and heard_s >= onset_s >= self._stream_from_s:
            self._histograms[name].add(heard_s - onset_s)

    def _end_of_turn(self, transcript: str, window_end_s: float, heard_s: float, *, is_forced: bool) -> None:
        if self._eager_at_s is not None and not is_forced:
            self._histograms["eager_lead"].add(heard_s - self._eager_at_s)
        self._forget_turn()
        true_end_s = self._words.last_end_s(window_end_s) if self._words else None
        if true_end_s is None or true_end_s <= self._turn_from_s:
            return
        self._compare(transcript, true_end_s)
        self._turn_from_s = true_end_s
        if is_forced or (self._words is not None and self._words.is_cut(window_end_s)):
            return
        self._histograms["end_of_turn"].add(heard_s - true_end_s)
        self._histograms["end_decision"].add(window_end_s - true_end_s)
        self._histograms["end_delivery"].add(heard_s - window_end_s)
