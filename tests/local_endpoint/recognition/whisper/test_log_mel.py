"""Whisper's features: shape, scale, and where a tone and silence end up."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.local_endpoint.recognition.whisper.log_mel import RATE_HZ, log_mel


def tone(frequency_hz: float, length_s: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * frequency_hz * np.arange(int(length_s * RATE_HZ)) / RATE_HZ)).astype(np.float32)


def test_silence_has_the_lowest_value_everywhere() -> None:
    features = log_mel(np.zeros(16_000, dtype=np.float32), 200)
    assert features.shape == (80, 200)
    assert features.dtype == np.float32
    assert np.allclose(features, -1.5)  # (log10(1e-10) + 4) / 4


def test_short_audio_is_padded_with_silence_and_long_audio_cut() -> None:
    padded = log_mel(tone(1000, 1.0), 200)
    assert padded[:, :95].max() > padded[:, 105:].max() + 1.9  # 8 decades are 2 in the scaled logarithm
    assert np.array_equal(log_mel(tone(1000, 3.0), 100)[:, :90], log_mel(tone(1000, 1.2), 100)[:, :90])


def test_padding_with_zeros_leaves_the_audio_as_it_is() -> None:
    padded = log_mel(tone(1000, 1.0), 200, zero_padding=True)
    assert padded.shape == (80, 200)
    assert not padded[:, 101:].any()
    assert np.array_equal(padded[:, :101], log_mel(tone(1000, 1.0), 101))
    assert np.array_equal(log_mel(tone(1000, 3.0), 100, zero_padding=True), log_mel(tone(1000, 3.0), 100))


# Slaney's scale has 200/3 Hz a mel up to 1 kHz; the top of 80 bands is 8 kHz at 45.245 mel.
@pytest.mark.parametrize(("frequency_hz", "band"), [(200, 4), (1000, 26), (4000, 62)])
def test_a_tone_is_in_the_band_of_its_pitch(frequency_hz: int, band: int) -> None:
    spectrum = log_mel(tone(frequency_hz, 2.0), 200)[:, 50]
    assert abs(int(spectrum.argmax()) - band) <= 1


def test_levels_are_relative_to_the_loudest_part() -> None:
    loud, quiet = log_mel(tone(1000, 1.0), 100), log_mel(tone(1000, 1.0) * 0.1, 100)
    assert loud.max() - quiet.max() == pytest.approx(0.5, abs=0.01)  # 20 dB are 2 decades of power
    assert loud.max() - loud.min() <= 2.0 + 1e-6
