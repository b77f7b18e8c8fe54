"""Short recordings with their words: the bundled sentences, 20 sentences by flite and espeak-ng, all by telephone too.

The speech programs are those of the system (Debian: flite, espeak-ng); sets whose program is missing are left out.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path

RATE_HZ, TELEPHONE_HZ = 16_000, 8000
PEAK = 0.5
SENTENCES = (
    "The train to Manchester leaves from platform nine at half past four.",
    "Could you please send me the invoice before the end of the week?",
    "I would like to change the address on my account.",
    "The weather was cold and wet, so we stayed at home all day.",
    "She bought three apples, two pears and a loaf of bread.",
    "My flight was cancelled and I need a new ticket for tomorrow morning.",
    "The doctor said that he should rest for a few days.",
    "We have been waiting for your answer since last Monday.",
    "Turn left at the second traffic light and park behind the church.",
    "The meeting was moved to Thursday because the manager is ill.",
    "He opened the window and looked down at the busy street.",
    "How much does it cost to send this parcel to Canada?",
    "Please hold the line while I check your order.",
    "The children were playing in the garden until it got dark.",
    "There is a small problem with the heating in our room.",
    "I forgot my password and cannot log in to the website.",
    "The old bridge over the river was closed for repairs.",
    "Our new neighbours come from a village in the mountains.",
    "It takes about twenty minutes to walk to the station.",
    "Thank you for your help, and have a pleasant evening.",
)
PROGRAMS = {
    "flite": ["flite", "-voice", "slt", "-t", "{text}", "-o", "{path}"],
    "espeak-ng": ["espeak-ng", "-v", "en-us", "-s", "150", "-w", "{path}", "{text}"],
}

Sound = NDArray[np.float32]


class Clip(NamedTuple):
    """Audio from -1 to 1 at 16 kHz, or the bytes of a telephone line (8 kHz, mu-law). The voice begins at `onset_s`."""

    text: str
    sound: Sound
    telephone: bytes
    onset_s: float


def clip_sets() -> Iterator[tuple[str, list[Clip]]]:
    """The sets by name. Prints which are left out."""
    yield "bundled", list(bundled())
    for name, command in PROGRAMS.items():
        if shutil.which(command[0]) is None:
            print(f"{name} is not installed: its sentences are left out")
            continue
        sounds = [synthesised(command, text) for text in SENTENCES]
        yield (
            name,
            [
                Clip(text, sound, telephone(sound), onset_s(sound))
                for text, sound in zip(SENTENCES, sounds, strict=True)
            ],
        )


def bundled() -> Iterator[Clip]:
    """The sample's sentences, each with a little of what is around it."""
    (entry,) = json.loads(resource_path("sample_audio/conversation.words.json").read_text("utf-8"))
    samples, _ = soundfile.read(resource_path(SAMPLE_RECORDING), dtype="float32")
    for turn in entry["turns"]:
        words = [word["word"] for word in entry["words"] if turn["start_s"] - 0.01 <= word["start_s"] < turn["end_s"]]
        first, last = int(max(0.0, turn["start_s"] - 0.4) * RATE_HZ), int((turn["end_s"] + 0.3) * RATE_HZ)
        sound = samples[first:last]
        yield Clip(" ".join(words), sound, telephone(sound), turn["start_s"] - first / RATE_HZ)


def synthesised(command: list[str], text: str) -> Sound:
    """A sentence spoken by a program, at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        subprocess.run([part.format(text=text, path=path) for part in command], check=True, capture_output=True)
        with wave.open(str(path)) as reader:
            rate_hz = reader.getframerate()
            samples = np.frombuffer(reader.readframes(reader.getnframes()), "<i2").astype(np.float32)
    resampled = soxr.resample(samples, rate_hz, RATE_HZ)
    return (resampled / np.abs(resampled).max() * PEAK).astype(np.float32)


def onset_s(sound: Sound) -> float:
    """When a voice without noise begins: its first 10 ms that are within 25 dB of its loudest ones."""
    pieces = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    levels_db = 10 * np.log10((pieces**2).mean(axis=1) + 1e-12)
    return float(np.argmax(levels_db > levels_db.max() - 25)) * 0.01


def telephone(sound: Sound) -> bytes:
    """300 to 3400 Hz at 8 kHz as mu-law."""
    narrow = soxr.resample(sound, RATE_HZ, TELEPHONE_HZ)
    spectrum = np.fft.rfft(narrow)
    at_hz = np.fft.rfftfreq(len(narrow), 1 / TELEPHONE_HZ)
    spectrum[(at_hz < 300) | (at_hz > 3400)] = 0
    file = io.BytesIO()
    soundfile.write(file, np.fft.irfft(spectrum, len(narrow)), TELEPHONE_HZ, format="RAW", subtype="ULAW")
    return file.getvalue()
