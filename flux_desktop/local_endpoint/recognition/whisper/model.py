"""A Whisper model in CTranslate2: audio windows in, words with times and confidences out. Blocks for 0.05 to 1 s."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from flux_desktop.local_endpoint.recognition.whisper.log_mel import FRAMES_PER_S, RATE_HZ, Samples, log_mel
from flux_desktop.local_endpoint.recognition.whisper.plausibility import FIRST_WORD_S, Rejection, max_tokens, rejection
from flux_desktop.local_endpoint.recognition.whisper.vocabulary import Vocabulary, load_vocabulary

FULL_WINDOW_S = 30.0
_ALIGNMENT_FRAMES_PER_S = 50
_THREADS_MAX = 4
_WORD_MIN_S = 0.06
_WORD_MAX_S, _WORD_MAX_S_PER_LETTER = 0.3, 0.12
"""A word that follows a pause is aligned from the pause's beginning; longer ones are cut at their start."""


class Window(NamedTuple):
    """Audio to decode as one text. `length_s` includes the silence that it is padded with.

    Where no voice was found in it, it is not `voiced`, and what the model finds must be certain.
    """

    samples: Samples
    length_s: float
    language: str = ""
    voiced: bool = True


class Decoded(NamedTuple):
    """What was recognised in a window; no words where `rejected` says why."""

    words: tuple[SpokenWord, ...]
    language: str
    rejected: Rejection | None = None


class WhisperModel:
    """A loaded model. Not safe for use by several threads at once."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        """Load the model: about 0.3 s and 150 MB. Raises `RuntimeError`, `OSError` or `ValueError`."""
        import ctranslate2  # heavy; the process that decodes imports it here

        self._storage = ctranslate2.StorageView
        self._vocabulary: Vocabulary = load_vocabulary(folder)
        self.languages = self._vocabulary.languages()
        self._model: Any = ctranslate2.models.Whisper(
            str(folder),
            device="cpu",
            compute_type="int8",
            intra_threads=threads or min(_THREADS_MAX, os.cpu_count() or 1),
        )

    def decode(self, windows: Sequence[Window], *, interim: bool = False, avoid_loops: bool = False) -> list[Decoded]:
        """Decode windows of equal `length_s` as one batch.

        The first words of `interim` text may be guesses. `avoid_loops` forbids any repetition of four tokens, which
        also changes what a speaker really repeats.

        A full window is padded with zeros instead of silence: on 170 recorded and synthetic sentences both have the
        same WER (9.4 and 9.8 % of 1900 words), and with zeros 161 texts are those of the library faster-whisper, which
        pads in this way, with silence 125.
        """
        frames = round(windows[0].length_s * FRAMES_PER_S / 2) * 2
        full = windows[0].length_s >= FULL_WINDOW_S
        features = np.stack([log_mel(window.samples, frames, zero_padding=full) for window in windows])
        encoded = self._model.encode(self._storage.from_array(np.ascontiguousarray(features)))
        languages = self._languages_of(windows, encoded)
        results = self._model.generate(
            encoded,
            [self._prompt(language, timed=False) for language in languages],
            beam_size=1,
            max_length=max(max_tokens(len(window.samples) / RATE_HZ) for window in windows),
            no_repeat_ngram_size=4 if avoid_loops else 0,
            return_scores=True,
            return_no_speech_prob=True,
        )
        texts = [self._text_tokens(result, window) for result, window in zip(results, windows, strict=True)]
        aligned = self._align(encoded, windows, texts, languages)
        decoded = []
        for place, (tokens, language) in enumerate(zip(texts, languages, strict=True)):
            text = " ".join(word.text for word in self._vocabulary.words(tokens, language))
            why = rejection(
                tokens,
                text,
                no_speech=results[place].no_speech_prob,
                logprob=results[place].scores[0],
                first_word=interim and len(windows[place].samples) < FIRST_WORD_S * RATE_HZ,
                voiced=windows[place].voiced,
            )
            words = () if why or not tokens else self._words(tokens, aligned[place], language)
            decoded.append(Decoded(words, language, why))
        return decoded

    def _text_tokens(self, result: Any, window: Window) -> list[int]:
        limit = max_tokens(len(window.samples) / RATE_HZ)
        return [token for token in result.sequences_ids[0] if self._vocabulary.is_text(token)][:limit]

    def _prompt(self, language: str, *, timed: bool) -> list[int]:
        special = self._vocabulary.special
        names = ["startoftranscript", *([language, "transcribe"] if self.languages else [])]
        return [special(name) for name in (names if timed else [*names, "notimestamps"])]

    def _languages_of(self, windows: Sequence[Window], encoded: Any) -> list[str]:
        if not self.languages:
            return ["en"] * len(windows)
        wanted = [window.language if window.language in self.languages else "" for window in windows]
        if all(wanted):
            return wanted
        detected = [ranking[0][0].strip("<|>") for ranking in self._model.detect_language(encoded)]
        return [known or guessed for known, guessed in zip(wanted, detected, strict=True)]

    def _align(
        self, encoded: Any, windows: Sequence[Window], texts: Sequence[list[int]], languages: Sequence[str]
    ) -> list[Any]:
        """Alignments by window. The prompt must be the same for all, so mixed languages use the first one's."""
        lengths = [max(2, round(len(window.samples) / RATE_HZ * FRAMES_PER_S)) for window in windows]
        if not any(texts):
            return [None] * len(texts)
        return list(self._model.align(encoded, self._prompt(languages[0], timed=True), list(texts), lengths))

    def _words(self, tokens: Sequence[int], aligned: Any, language: str) -> tuple[SpokenWord, ...]:
        starts_s = _token_starts(aligned.alignments, len(tokens))
        probabilities = aligned.text_token_probs
        words = []
        for word in self._vocabulary.words(tokens, language):
            start_s, end_s = starts_s[word.first], starts_s[word.end]
            longest_s = _WORD_MAX_S + _WORD_MAX_S_PER_LETTER * len(word.text)
            of_word = probabilities[word.first : word.end] or [0.0]
            words.append(
                SpokenWord(
                    text=word.text,
                    start_s=round(max(0.0, min(max(start_s, end_s - longest_s), end_s - _WORD_MIN_S)), 3),
                    end_s=round(end_s, 3),
                    confidence=round(min(1.0, max(0.0, float(np.mean(of_word)))), 4),
                    language=language,
                )
            )
        return tuple(words)


def _token_starts(alignments: Sequence[tuple[int, int]], count: int) -> list[float]:
    """When each of `count` tokens begins, and as one more entry when the last one ends, in seconds.

    `alignments` are pairs of a token's place and a frame of 20 ms, in order; the place after the last token stands
    for the end of the text.
    """
    starts_s = [-1.0] * (count + 1)
    for place, frame in alignments:
        if place <= count and starts_s[place] < 0:
            starts_s[place] = frame / _ALIGNMENT_FRAMES_PER_S
    last_s = alignments[-1][1] / _ALIGNMENT_FRAMES_PER_S if alignments else 0.0
    for place in range(count, -1, -1):
        if starts_s[place] < 0:
            starts_s[place] = last_s if place == count else starts_s[place + 1]
    return starts_s
