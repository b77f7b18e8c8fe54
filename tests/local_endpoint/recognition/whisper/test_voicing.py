"""What has a voice in it: vowels, also by telephone; breath, typing and silence have none."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.local_endpoint.recognition.whisper.voicing import is_voiced, periodicity
from tests.local_endpoint.recognition.sounds import RATE_HZ, Sound, breath, keyboard, silence


def vowel(pitch_hz: float, length_s: float, low_hz: float = 0) -> Sound:
    """Harmonics of a pitch in a little noise."""
    time_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    harmonics = [k for k in range(1, 30) if low_hz <= k * pitch_hz < 3400]
    tone = sum(np.sin(2 * np.pi * k * pitch_hz * time_s + k * k) / k for k in harmonics)
    noise = np.random.default_rng(1).standard_normal(len(time_s))
    return (0.1 * tone + 0.005 * noise).astype(np.float32)


@pytest.mark.parametrize("pitch_hz", [80, 120, 220, 330])
@pytest.mark.parametrize("low_hz", [0, 300])
def test_a_vowel_of_any_voice_is_voiced_after_some_breath(pitch_hz: float, low_hz: float) -> None:
    assert is_voiced(np.concatenate([breath(1), vowel(pitch_hz, 0.1, low_hz)]))


@pytest.mark.parametrize("sound", [breath, keyboard, silence])
def test_sounds_without_a_pitch_are_not(sound) -> None:
    assert not is_voiced(sound(3))


def test_what_is_shorter_than_a_few_periods_is_not() -> None:
    assert periodicity(vowel(120, 0.05)) == 0.0
