"""Recognition of the built-in endpoint without real-time pressure: prints one table for speech, one for other sounds.

Usage: python -m tests.bench.recognition_accuracy [speech] [sounds] [SECONDS OF EACH SOUND, 60]

Speech: WER after whisper-normalizer, with the words it is measured on and its 95 % interval from resampling the clips;
words taken back per 100; when the turn starts after the voice; CPU. The audio waits
for decodes, so latencies are those of the schedule and the model, not of the machine.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import NamedTuple

import numpy as np

from flux_desktop.evaluation.accuracy.word_errors import WordErrors, word_errors
from flux_desktop.local_endpoint.recognition.turn_taking import TurnStep
from flux_desktop.local_endpoint.recognition.whisper.model import WhisperModel
from flux_desktop.local_endpoint.recognition.whisper.stable_words import comparable
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH
from tests.bench.spoken_clips import RATE_HZ, TELEPHONE_HZ, Clip, Sound, clip_sets, telephone
from tests.local_endpoint.recognition.offline import recognise
from tests.local_endpoint.recognition.sounds import SOUNDS

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    from whisper_normalizer.english import EnglishTextNormalizer

LEAD_S = 0.5
SILENCE_AMPLITUDE = 1e-4
RESAMPLES = 1000


class ClipFigures(NamedTuple):
    """One clip: errors, words taken back, words of finished turns, seconds from the voice to StartOfTurn."""

    errors: WordErrors
    retracted: int
    final_words: int
    start_s: float | None


def retracted_words(steps: list[TurnStep]) -> tuple[int, int]:
    """Words that were shown and taken back, and words of finished turns."""
    shown: list[str] = []
    retracted = finals = 0
    for step in steps:
        words = [comparable(word.text) for word in step.words]
        same = next((n for n, pair in enumerate(zip(shown, words, strict=False)) if pair[0] != pair[1]), None)
        retracted += len(shown) - (min(len(shown), len(words)) if same is None else same)
        shown = words
        if step.event.value == "EndOfTurn":
            finals, shown = finals + len(words), []
    return retracted, finals


def figures_of(whisper: WhisperModel, clip: Clip, phase_s: float, *, by_telephone: bool) -> ClipFigures:
    """Stream the clip after `LEAD_S` and `phase_s` of silence."""
    lead = np.random.default_rng(1).normal(0, SILENCE_AMPLITUDE, int((LEAD_S + phase_s) * RATE_HZ))
    if by_telephone:
        audio: Sound | bytes = telephone(lead.astype(np.float32)) + clip.telephone
        outcome = recognise(whisper, audio, encoding="mulaw", sample_rate_hz=TELEPHONE_HZ)
    else:
        outcome = recognise(whisper, np.concatenate([lead, clip.sound]))
    normalise = EnglishTextNormalizer()
    starts_s = [step.window_end_s for step in outcome.steps if step.event.value == "StartOfTurn"]
    start_s = starts_s[0] - LEAD_S - phase_s - clip.onset_s if starts_s else None
    errors = word_errors(normalise(clip.text), normalise(outcome.transcript()))
    return ClipFigures(errors, *retracted_words(outcome.steps), start_s)


def speech_line(whisper: WhisperModel, name: str, clips: list[Clip], *, by_telephone: bool) -> str:
    """One line of the table."""
    began_s = time.process_time()
    figures = [
        figures_of(whisper, clip, number % 8 * 0.01, by_telephone=by_telephone) for number, clip in enumerate(clips)
    ]
    cpu_s = (time.process_time() - began_s) / sum(len(clip.sound) / RATE_HZ for clip in clips)
    wrong = np.array([each.errors.substitutions + each.errors.deletions + each.errors.insertions for each in figures])
    words = np.array([each.errors.n for each in figures])
    places = np.random.default_rng(1).integers(0, len(figures), (RESAMPLES, len(figures)))
    low, high = np.quantile(100 * wrong[places].sum(axis=1) / words[places].sum(axis=1), [0.025, 0.975])
    starts_s = [each.start_s for each in figures if each.start_s is not None]
    retracted = 100 * sum(each.retracted for each in figures) / max(1, sum(each.final_words for each in figures))
    start_p50_s, start_p90_s = np.quantile(starts_s, [0.5, 0.9])
    in_time = 100 * np.mean(np.array(starts_s) <= 0.3)
    return (
        f"{name:22} {100 * wrong.sum() / words.sum():6.1f} [{low:4.1f}, {high:4.1f}] {words.sum():6} {len(figures):6} "
        f"{retracted:10.0f} {start_p50_s:8.2f} {start_p90_s:5.2f} {in_time:8.0f} {cpu_s:7.2f}"
    )


def sound_line(whisper: WhisperModel, name: str, length_s: float) -> str:
    """One line: everything that was recognised in a sound without speech."""
    began_s = time.process_time()
    outcome = recognise(whisper, SOUNDS[name](length_s))
    texts = [step.transcript for step in outcome.steps if step.event.value == "EndOfTurn"]
    starts = sum(step.event.value == "StartOfTurn" for step in outcome.steps)
    cpu_s = (time.process_time() - began_s) / length_s
    return f"{name:22} {length_s:4.0f} {starts:6} {outcome.decodes:8} {cpu_s:7.2f}  {texts or 'no words'}"


def main(arguments: list[str]) -> None:
    """Print the tables that are asked for, both without arguments."""
    folder = store.find(ENGLISH)
    assert folder is not None, store.not_installed(ENGLISH).sentence()
    whisper = WhisperModel(folder, threads=1)
    length_s = next((float(text) for text in arguments if text.isdigit()), 60.0)
    tables = {text for text in arguments if not text.isdigit()} or {"speech", "sounds"}
    if "speech" in tables:
        print(
            "speech                  WER % [95 % int.]  words  clips  retracted  start p50   p90 s  % <= 0.3 s  CPU s/s"
        )
        for name, clips in clip_sets():
            print(speech_line(whisper, name, clips, by_telephone=False), flush=True)
            print(speech_line(whisper, f"{name}, telephone", clips, by_telephone=True), flush=True)
    if "sounds" in tables:
        print("sound                     s starts  decodes  CPU s/s  text")
        for name in SOUNDS:
            print(sound_line(whisper, name, length_s), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
