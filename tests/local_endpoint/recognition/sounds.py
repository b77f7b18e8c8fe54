"""Sounds without speech, made from a fixed seed: arrays of float32 at 16 kHz."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
Sound = NDArray[np.float32]


def at_level(sound: NDArray[np.float64], level_dbfs: float) -> Sound:
    """The sound with this root mean square level."""
    return (sound / np.sqrt(np.mean(sound**2)) * 10 ** (level_dbfs / 20)).astype(np.float32)


def silence(length_s: float) -> Sound:
    return np.zeros(int(length_s * RATE_HZ), dtype=np.float32)


def line_noise(length_s: float) -> Sound:
    """Pink noise at -35 dBFS."""
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(int(length_s * RATE_HZ)))
    return at_level(np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum))))), -35)


def hum(length_s: float) -> Sound:
    """50 Hz with harmonics at -30 dBFS."""
    time_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(2).standard_normal(len(time_s))
    return at_level(sum(np.sin(2 * np.pi * 50 * k * time_s + k) / k for k in range(1, 8)) + 0.02 * noise, -30)


def keyboard(length_s: float) -> Sound:
    """Clicks, three to twelve a second, in a little noise."""
    random = np.random.default_rng(3)
    sound = 0.005 * random.standard_normal(int(length_s * RATE_HZ))
    click, at = int(0.03 * RATE_HZ), 0
    while (at := at + int(random.uniform(0.08, 0.35) * RATE_HZ)) < len(sound) - click:
        decay = np.exp(-np.arange(click) / (0.006 * RATE_HZ))
        sound[at : at + click] += random.standard_normal(click) * decay * random.uniform(0.3, 1)
    return at_level(sound, -25)


def music(length_s: float) -> Sound:
    """Plucked notes of a scale at -20 dBFS."""
    random = np.random.default_rng(4)
    sound = np.zeros(int((length_s + 2) * RATE_HZ))
    time_s = np.arange(int(1.2 * RATE_HZ)) / RATE_HZ
    for note in range(int(length_s / 0.4)):
        pitch_hz = random.choice([261.6, 293.7, 329.6, 392.0, 440.0, 523.3]) * random.choice([0.5, 1, 1, 2])
        tone = sum(np.sin(2 * np.pi * pitch_hz * k * time_s) / k**1.5 for k in range(1, 6)) * np.exp(-3 * time_s)
        start = int(note * 0.4 * RATE_HZ)
        sound[start : start + len(tone)] += tone
    return at_level(sound[: int(length_s * RATE_HZ)], -20)


def breath(length_s: float) -> Sound:
    """Breaths of a second into the microphone: noise of 0.5 to 6 kHz that swells and fades."""
    random = np.random.default_rng(7)
    noise = 3e-4 * random.standard_normal(int(length_s * RATE_HZ))
    at_s = 0.3
    while (until_s := at_s + random.uniform(0.5, 1.2)) < length_s:
        swell = random.standard_normal(int((until_s - at_s) * RATE_HZ))
        spectrum, pitch_hz = np.fft.rfft(swell), np.fft.rfftfreq(len(swell), 1 / RATE_HZ)
        spectrum[(pitch_hz < 500) | (pitch_hz > 6000)] = 0
        swell = np.fft.irfft(spectrum, len(swell)) * np.hanning(len(swell))
        noise[int(at_s * RATE_HZ) :][: len(swell)] += 0.06 * swell / np.abs(swell).max()
        at_s = until_s + random.uniform(0.3, 1.2)
    return noise.astype(np.float32)


SOUNDS: dict[str, Callable[[float], Sound]] = {
    "silence": silence,
    "line noise": line_noise,
    "hum": hum,
    "keyboard": keyboard,
    "music": music,
    "breath": breath,
}
