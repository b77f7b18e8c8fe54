"""Levels in frames are those of the samples, however the file is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.audio.level_frames import level_frames
from flux_desktop.audio.recording import open_recording


def written(tmp_path: Path, samples: np.ndarray, rate_hz: int) -> Path:
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, rate_hz, subtype="PCM_16")
    return path


def test_each_frame_has_its_peak_and_mean(tmp_path: Path) -> None:
    samples = np.zeros(16_000)
    samples[320:640] = 0.5
    samples[700] = -0.25
    peaks, rms = level_frames(open_recording(written(tmp_path, samples, 16_000)), 0, 16_000, 50)
    assert len(peaks) == len(rms) == 50
    assert peaks[:4].tolist() == [0.0, 0.5, 0.25, 0.0]
    assert rms[1] == pytest.approx(0.5, abs=1e-3)
    assert rms[2] == pytest.approx(0.25 / np.sqrt(320), abs=1e-4)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_a_long_file_gives_the_same_as_its_samples_at_once(tmp_path: Path, rate_hz: int) -> None:
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, 5 * rate_hz + 123)
    recording = open_recording(written(tmp_path, samples, rate_hz))
    pcm = np.frombuffer(recording.pcm(), "<i2")
    first, frames = 777, len(pcm) - 2_000
    peaks, rms = level_frames(recording, first, frames, 50)
    step = recording.sample_rate_hz / 50
    part = np.abs(pcm[first : first + frames].astype(float)) / 32768
    edges = [*range(int(frames / step) + 1)]
    expected = [part[round(n * step) : round((n + 1) * step)].max() for n in edges if round(n * step) < frames]
    assert np.allclose(peaks, expected, atol=1e-6)
    assert len(rms) == len(peaks)


def test_nothing_gives_nothing(tmp_path: Path) -> None:
    recording = open_recording(written(tmp_path, np.zeros(800), 16_000))
    assert [len(values) for values in level_frames(recording, 0, 0, 50)] == [0, 0]
