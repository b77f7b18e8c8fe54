"""Whether audio has a voice in it: vowels repeat themselves at the pitch of a voice, breath and noise do not. Pure."""

from __future__ import annotations

import numpy as np

from flux_desktop.local_endpoint.recognition.whisper.log_mel import RATE_HZ, Samples

_FRAME, _HOP = RATE_HZ * 60 // 1000, RATE_HZ * 20 // 1000
_LAGS = slice(RATE_HZ // 400, RATE_HZ // 60)
"""A pitch of 60 to 400 Hz."""
_PERIODIC_MIN = 0.7
_LOUD_DB = 20.0
_TRANSFORM = 2048


def is_voiced(samples: Samples) -> bool:
    """Whether a stretch of 60 ms, among the loud ones, resembles itself one period of a pitch later.

    Measured in the first 0.24 s of 170 clips: 0.69 and more, 95 % of them at least 0.86; in breath, coughs, knocks and
    typing at most 0.4, in pink noise 0.7, in music 1.
    """
    return periodicity(samples) >= _PERIODIC_MIN


def periodicity(samples: Samples) -> float:
    """The highest autocorrelation at the lag of a pitch, at most about 1; 0 for silence and for less than 60 ms."""
    if len(samples) < _FRAME:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP]
    energies = (frames**2).sum(axis=1)
    loud = frames[energies > max(1e-6, float(energies.max()) * 10 ** (-_LOUD_DB / 10))]
    if not len(loud):
        return 0.0
    power = np.abs(np.fft.rfft(loud - loud.mean(axis=1, keepdims=True), _TRANSFORM, axis=1)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, : _LAGS.stop]
    overlap = 1 - np.arange(_LAGS.stop) / _FRAME
    return float((correlation[:, _LAGS] / overlap[_LAGS] / correlation[:, :1]).max())
