"""The decode process: recognises the speech of all streams with one Whisper model.

A process of its own, because a decode takes up to a second of processor time and must not delay the event loop. It
reads requests on stdin, answers on stdout, and ends when stdin does. Exit status 3: the model cannot be used; a
sentence on stderr says why.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.local_endpoint.recognition.decode_protocol import READY, DecodeResult, Request, Unpacker, pack
from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S, SpokenWord
from flux_desktop.local_endpoint.recognition.whisper.log_mel import RATE_HZ, Samples
from flux_desktop.local_endpoint.recognition.whisper.model import Decoded, WhisperModel, Window
from flux_desktop.local_endpoint.recognition.whisper.plausibility import FIRST_WORD_S
from flux_desktop.local_endpoint.recognition.whisper.schedule import DecodeSchedule, Job, OpenUtterance
from flux_desktop.local_endpoint.recognition.whisper.stable_words import StableWords
from flux_desktop.local_endpoint.recognition.whisper.voicing import is_voiced
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import MODELS, SpeechModel

UNUSABLE = 3
_VOICE_S = 2
_WORD_END_MARGIN_S = 0.08
_WORD_START_MARGIN_S = 0.2
_WORD_MIN_S = 0.06
_PIPE_BYTES = 1024 * 1024


def main(arguments: list[str]) -> int:
    """Decode with the model named by the one argument until stdin ends; returns the exit status."""
    model = MODELS[arguments[0]]
    try:
        loaded = load(model)
    except ProblemError as error:
        print(error.problem.sentence(), file=sys.stderr)
        return UNUSABLE
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    answers.write(pack(READY))
    schedule, session = DecodeSchedule(), DecodeSession(loaded)
    requests = RequestReader(sys.stdin.fileno())
    job: Job | None = None
    while (received := requests.read(wait=job is None)) is not None:
        schedule.take(received)
        session.forget(request.utterance for request in received if request.kind == "drop")
        for utterance in schedule.known_finals():
            answers.write(pack(session.final_of_pause(utterance)))
        job = schedule.next_job()
        if job is not None:
            covered = [utterance.blocks for utterance in job.utterances]
            for answer in session.carry_out(job):
                answers.write(pack(answer))
            schedule.done(job, covered)
    return 0


def load(model: SpeechModel) -> WhisperModel:
    """Find, verify and load the model. Raises `ProblemError`."""
    folder = store.find(model)
    if folder is None:
        raise ProblemError(store.not_installed(model))
    store.verify(folder, model)
    return _load(model, folder)


def _load(model: SpeechModel, folder: Path) -> WhisperModel:
    try:
        return WhisperModel(folder)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise ProblemError(
            Problem(
                code="speech_model_unusable",
                what=f"The speech model {model.title} could not be loaded.",
                why=f"{' '.join(str(error).split())}.",
                todo="Install the program again; if it persists, report this line.",
            )
        ) from error


class DecodeSession:
    """Carries out jobs and remembers the words of each utterance between them."""

    def __init__(self, model: WhisperModel) -> None:
        self._model = model
        self._stable: dict[int, StableWords] = {}
        self._of_pause: dict[int, tuple[SpokenWord, ...]] = {}

    def carry_out(self, job: Job) -> list[DecodeResult]:
        """Decode the batch; returns an answer for each of its utterances."""
        interim = job.kind == "interim"
        windows = [window_of(utterance, job) for utterance in job.utterances]
        decoded = [Decoded((), window.language, "no speech") for window in windows]
        places = [place for place, window in enumerate(windows) if not interim or may_have_words(window)]
        if places:
            results = self._model.decode([windows[place] for place in places], interim=interim, avoid_loops=interim)
            for place, result in zip(places, results, strict=True):
                decoded[place] = result
        return [
            self._answer(job, utterance, window, each)
            for utterance, window, each in zip(job.utterances, windows, decoded, strict=True)
        ]

    def final_of_pause(self, utterance: OpenUtterance) -> DecodeResult:
        """The words of the decode at the pause with which the utterance has ended."""
        words = self._of_pause.get(utterance.number, ())
        self.forget([utterance.number])
        return DecodeResult(utterance.number, utterance.blocks, words, final=True)

    def forget(self, numbers: Iterable[int]) -> None:
        """Drop what is remembered of utterances."""
        for number in numbers:
            self._stable.pop(number, None)
            self._of_pause.pop(number, None)

    def _answer(self, job: Job, utterance: OpenUtterance, window: Window, decoded: Decoded) -> DecodeResult:
        stable = self._stable.setdefault(utterance.number, StableWords())
        number, covered = utterance.number, utterance.blocks
        if job.kind == "interim":
            if decoded.rejected:
                return DecodeResult(number, covered)
            words = stable.update(decoded.words, covered * FRAME_S)
            utterance.has_words = utterance.has_words or bool(words)
            return DecodeResult(number, covered, words)
        words = self._full_words(decoded, window, stable.shown, utterance.speech_blocks * FRAME_S)
        if job.kind == "final":
            self.forget([number])
            return DecodeResult(number, covered, words, final=True)
        self._of_pause[number] = words
        if words:
            stable.replace(words)
            utterance.has_words = True
        return DecodeResult(number, covered, words or None)

    def _full_words(
        self, decoded: Decoded, window: Window, interim: tuple[SpokenWord, ...], speech_end_s: float
    ) -> tuple[SpokenWord, ...]:
        if decoded.rejected == "repetition":
            (decoded,) = self._model.decode([window], avoid_loops=True)
            if decoded.rejected:
                return interim
        return _within_speech(decoded.words, speech_end_s)


def _within_speech(words: tuple[SpokenWord, ...], speech_end_s: float) -> tuple[SpokenWord, ...]:
    """The words without those that the model has added after the speech, none of them reaching far beyond it.

    The alignment of a last word may reach into the silence after it, which would put off the end of the turn.
    """
    limit_s = speech_end_s + _WORD_END_MARGIN_S
    return tuple(
        word._replace(start_s=min(word.start_s, limit_s - _WORD_MIN_S), end_s=min(word.end_s, limit_s))
        for word in words
        if word.start_s <= speech_end_s + _WORD_START_MARGIN_S
    )


def window_of(utterance: OpenUtterance, job: Job) -> Window:
    """What is decoded of an utterance. Until it has words a voice is looked for: the model finds words in breath."""
    samples = samples_of(utterance)
    looked_at = samples[-_VOICE_S * RATE_HZ :] if job.kind == "interim" else samples
    voiced = utterance.has_words or is_voiced(looked_at)
    return Window(samples, job.length_s, utterance.language, voiced)


def may_have_words(window: Window) -> bool:
    """Whether an interim decode is worth it: a turn begins with a voice, or with whispering that lasts."""
    return window.voiced or len(window.samples) >= FIRST_WORD_S * RATE_HZ


def samples_of(utterance: OpenUtterance) -> Samples:
    """The utterance's audio from -1 to 1."""
    whole = len(utterance.audio) // 2 * 2
    return np.frombuffer(bytes(utterance.audio[:whole]), dtype="<i2").astype(np.float32) / np.float32(32_768)


class RequestReader:
    """Requests from a pipe, with or without waiting for the first."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._unpacker = Unpacker(Request)

    def read(self, *, wait: bool) -> list[Request] | None:
        """All requests that are here; None when the pipe has ended."""
        requests: list[Request] = []
        while select.select([self._descriptor], [], [], None if wait and not requests else 0)[0]:
            data = os.read(self._descriptor, _PIPE_BYTES)
            if not data:
                return None
            requests += self._unpacker.feed(data)
        return requests


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
