"""Whisper's input: the log-mel spectrogram of 16 kHz audio, 80 bands, one frame every 10 ms. Pure.

The definition is that of the Whisper paper (section 2.2) and of its reference implementation: Hann window of 25 ms,
Slaney mel scale, logarithm limited to 8 decades below the maximum, scaled to about -1 to 1.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
HOP_SAMPLES = 160
FRAMES_PER_S = RATE_HZ // HOP_SAMPLES
_WINDOW_SAMPLES = 400
_BANDS = 80
_LINEAR_HZ_PER_MEL = 200 / 3
_BREAK_HZ, _BREAK_MEL = 1000.0, 15.0
_LOG_STEP = np.log(6.4) / 27

Samples = NDArray[np.float32]
"""Audio from -1 to 1."""
Features = NDArray[np.float32]
"""Shape (80, frames)."""


def log_mel(samples: Samples, frames: int, *, zero_padding: bool = False) -> Features:
    """The features of `samples`, cut or padded to `frames` frames of 10 ms, a number that must be even.

    They are padded with silence, which has the lowest value of the features, or with `zero_padding` with the number
    zero, a value between silence and speech.
    """
    audio_frames = min(frames, len(samples) // HOP_SAMPLES + 1)
    if zero_padding and audio_frames < frames:
        padded_features = np.zeros((_BANDS, frames), dtype=np.float32)
        padded_features[:, :audio_frames] = _log_mel(samples, audio_frames)
        return padded_features
    return _log_mel(samples, frames)


def _log_mel(samples: Samples, frames: int) -> Features:
    length = frames * HOP_SAMPLES
    padded = np.zeros(length + _WINDOW_SAMPLES, dtype=np.float32)
    used = samples[:length]
    half = _WINDOW_SAMPLES // 2
    padded[half : half + len(used)] = used
    # The first window is centred on the first sample: what lies before it is the reflection of what follows.
    padded[:half] = padded[half + 1 : 2 * half + 1][::-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_SAMPLES)[::HOP_SAMPLES][:frames]
    power = np.abs(np.fft.rfft(windows * _hann(), axis=1)) ** 2
    mel = np.maximum(_filters() @ power.T.astype(np.float32), 1e-10)
    logs = np.log10(mel)
    scaled: Features = ((np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0).astype(np.float32)
    return scaled


@functools.cache
def _hann() -> Samples:
    phase = 2 * np.pi * np.arange(_WINDOW_SAMPLES) / _WINDOW_SAMPLES
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


@functools.cache
def _filters() -> NDArray[np.float32]:
    """Triangular filters, shape (80, 201), each with the area of its bandwidth (Slaney's normalisation)."""
    top_mel = _BREAK_MEL + np.log(RATE_HZ / 2 / _BREAK_HZ) / _LOG_STEP
    corners_hz = _mel_to_hz(np.linspace(0.0, top_mel, _BANDS + 2))
    bins_hz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1 / RATE_HZ)
    widths_hz = np.diff(corners_hz)
    distances = corners_hz[:, None] - bins_hz[None, :]
    rising = -distances[:-2] / widths_hz[:-1, None]
    falling = distances[2:] / widths_hz[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    normalised = triangles * (2.0 / (corners_hz[2:] - corners_hz[:-2]))[:, None]
    return np.asarray(normalised, dtype=np.float32)


def _mel_to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    linear = mels * _LINEAR_HZ_PER_MEL
    logarithmic = _BREAK_HZ * np.exp(_LOG_STEP * (mels - _BREAK_MEL))
    return np.where(mels >= _BREAK_MEL, logarithmic, linear)
