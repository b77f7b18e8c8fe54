"""Make resources/sample_audio/ from a folder of recorded sentences.

    .venv/bin/python packaging/content/make_sample.py FOLDER [--out resources/sample_audio]

FOLDER holds 16 kHz 16-bit mono WAV files and a ``reference.json``: a list of ``{"file", "text", "words": [{"word",
"start_s", "end_s"}]}``, one entry a sentence. Written are ``conversation.wav``, the sentences in that order with pauses
between them, and ``conversation.words.json``, the same kind of list with one entry for the joined file, in which

- times are seconds in the joined file;
- each word has a ``display`` beside it, its form in the text (case and punctuation): all of an entry's displays joined
  with spaces are its ``text``, so a hyphenated pair is one word here;
- ``turns`` lists the sentences: ``{"text", "start_s", "end_s"}``, from the first word's start to the last one's end.
"""

from __future__ import annotations

import argparse
import json
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
# Silence between the last word of a sentence and the first word of the next one. Longer than what ends a turn at the
# default thresholds of Flux, and of different lengths.
PAUSES_S = (1.3, 1.5, 1.2, 1.6)
LEAD_IN_S = 0.4
TAIL_S = 0.8
CROSSFADE_S = 0.04
# Recorded silence within this distance of a word still contains its breath and echo.
GUARD_S = 0.06
NOISE_SEED = 20
SPOKEN_FORMS = {"mr.": ["mister"], "mrs.": ["missis"], "dr.": ["doctor"]}

type Samples = NDArray[np.float64]
type Word = dict[str, Any]


def sentence_of(text: str) -> str:
    """The text as a complete sentence: clauses of the book begin in lower case and end in a comma or colon."""
    text = text.strip().rstrip(",;:")
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!" else text + "."


def spoken_parts(token: str) -> list[str]:
    """The words that one token of a text stands for in speech: "Mr." is "mister", "ill-disposed" two words."""
    plain = token.lower().strip("\"'()")
    if plain in SPOKEN_FORMS:
        return SPOKEN_FORMS[plain]
    return [part for part in plain.strip(".,;:?!").split("-") if part]


def align(text: str, words: list[Word]) -> list[Word]:
    """One word per token of ``text``, with its ``display``; ``words`` are the aligner's.

    A word that the aligner found and the text lacks becomes part of the next token, so that all speech stays covered.
    Raises ValueError if the words do not contain the text.
    """
    aligned: list[Word] = []
    rest = list(words)
    for token in text.split():
        parts = spoken_parts(token)
        token_words: list[Word] = []
        # Extra words are allowed before a token, not inside it.
        while rest and [word["word"] for word in rest[: len(parts)]] != parts:
            token_words.append(rest.pop(0))
        if len(rest) < len(parts):
            raise ValueError(f"The words do not hold {token!r} of {text!r}.")
        token_words += rest[: len(parts)]
        del rest[: len(parts)]
        aligned.append(
            {
                "word": "-".join(parts),
                "display": token,
                "start_s": token_words[0]["start_s"],
                "end_s": token_words[-1]["end_s"],
            }
        )
    if rest:
        raise ValueError(f"The text {text!r} ends before the word {rest[0]['word']!r}.")
    return aligned


def read_samples(path: Path) -> Samples:
    """Samples from -1 to 1; raises ValueError for anything but 16 kHz 16-bit mono."""
    with wave.open(str(path)) as recording:
        if (recording.getnchannels(), recording.getsampwidth(), recording.getframerate()) != (
            1,
            2,
            SAMPLE_RATE_HZ,
        ):
            raise ValueError(f"{path} is not a 16 kHz 16-bit mono WAV.")
        frames = recording.readframes(recording.getnframes())
    return np.frombuffer(frames, "<i2").astype(np.float64) / 32768


def write_samples(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(SAMPLE_RATE_HZ)
        recording.writeframes(np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes())


def count(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)


def quiet_parts(samples: Samples, words: list[Word]) -> list[Samples]:
    """The samples before the first and after the last word of a recording."""
    before = samples[: count(words[0]["start_s"] - GUARD_S)]
    after = samples[count(words[-1]["end_s"] + GUARD_S) :]
    return [part for part in (before, after) if len(part) >= count(0.05)]


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def room_noise(quiet: list[Samples], length: int, rng: np.random.Generator) -> Samples:
    """Noise of RMS 1 that sounds like the quiet parts: white noise given their mean spectrum, never repeating."""
    size = 512
    spectra = [
        np.abs(np.fft.rfft(part[start : start + size] * np.hanning(size)))
        for part in quiet
        for start in range(0, len(part) - size + 1, size // 2)
    ]
    shape = np.sqrt(np.mean(np.square(spectra), axis=0))
    # A filter's circular ends are cut off; what is left is long enough.
    white = rng.standard_normal(length + 2 * size)
    spectrum = np.fft.rfft(white)
    curve = np.interp(np.linspace(0, 1, len(spectrum)), np.linspace(0, 1, len(shape)), shape)
    noise = np.fft.irfft(spectrum * curve, len(white))[size : size + length]
    return noise / rms(noise)


def join_with_fade(left: Samples, right: Samples) -> Samples:
    """Join two pieces that overlap by CROSSFADE_S; noise keeps its loudness in an equal-power fade."""
    length = count(CROSSFADE_S)
    angle = np.linspace(0, np.pi / 2, length)
    overlap = left[-length:] * np.cos(angle) + right[:length] * np.sin(angle)
    return np.concatenate([left[:-length], overlap, right[length:]])


def pause_lengths(entries: list[dict[str, Any]], recordings: list[Samples]) -> list[float]:
    """Seconds of noise to put before each recording and after the last, so that words are PAUSES_S apart."""
    before = [entry["words"][0]["start_s"] for entry in entries]
    after = [
        len(samples) / SAMPLE_RATE_HZ - entry["words"][-1]["end_s"]
        for entry, samples in zip(entries, recordings, strict=True)
    ]
    between = [PAUSES_S[index % len(PAUSES_S)] - after[index] - before[index + 1] for index in range(len(entries) - 1)]
    return [LEAD_IN_S - before[0], *between, TAIL_S - after[-1]]


def join(entries: list[dict[str, Any]], recordings: list[Samples]) -> tuple[Samples, list[float]]:
    """The joined samples, and the start of each recording in them, in seconds."""
    rng = np.random.default_rng(NOISE_SEED)
    quiet = [
        part
        for entry, samples in zip(entries, recordings, strict=True)
        for part in quiet_parts(samples, entry["words"])
    ]
    levels = [
        rms(np.concatenate(quiet_parts(samples, entry["words"])))
        for entry, samples in zip(entries, recordings, strict=True)
    ]
    edges = [levels[0], *levels, levels[-1]]
    pauses = []
    fades = [1, *[2] * (len(recordings) - 1), 1]
    for seconds, fade, (start, end) in zip(pause_lengths(entries, recordings), fades, pairwise(edges), strict=True):
        # Each crossfade takes its length from the pause, so that the words land where they are wanted.
        length = count(seconds) + fade * count(CROSSFADE_S)
        pauses.append(room_noise(quiet, length, rng) * np.linspace(start, end, length))
    joined = pauses[0]
    starts_s = []
    for samples, pause in zip(recordings, pauses[1:], strict=True):
        starts_s.append((len(joined) - count(CROSSFADE_S)) / SAMPLE_RATE_HZ)
        joined = join_with_fade(join_with_fade(joined, samples), pause)
    return joined, starts_s


def words_entry(name: str, entries: list[dict[str, Any]], starts_s: list[float]) -> dict[str, Any]:
    """The entry of the words file for the joined recording."""
    words: list[Word] = []
    turns = []
    for entry, offset_s in zip(entries, starts_s, strict=True):
        text = sentence_of(entry["text"])
        spoken = [
            word
            | {
                "start_s": round(word["start_s"] + offset_s, 3),
                "end_s": round(word["end_s"] + offset_s, 3),
            }
            for word in align(text, entry["words"])
        ]
        words += spoken
        turns.append({"text": text, "start_s": spoken[0]["start_s"], "end_s": spoken[-1]["end_s"]})
    return {"file": name, "text": " ".join(turn["text"] for turn in turns), "words": words, "turns": turns}


def main() -> None:
    parser = argparse.ArgumentParser(description="Join recorded sentences to the bundled sample conversation.")
    parser.add_argument("folder", type=Path, help="WAV files and their reference.json")
    parser.add_argument("--out", type=Path, default=Path("resources/sample_audio"))
    options = parser.parse_args()

    entries = json.loads((options.folder / "reference.json").read_text("utf-8"))
    recordings = [read_samples(options.folder / entry["file"]) for entry in entries]
    samples, starts_s = join(entries, recordings)
    options.out.mkdir(parents=True, exist_ok=True)
    write_samples(options.out / "conversation.wav", samples)
    entry = words_entry("conversation.wav", entries, starts_s)
    (options.out / "conversation.words.json").write_text(
        json.dumps([entry], indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    print(f"{len(samples) / SAMPLE_RATE_HZ:.2f} s, {len(entry['words'])} words, {len(entry['turns'])} turns")


if __name__ == "__main__":
    main()
