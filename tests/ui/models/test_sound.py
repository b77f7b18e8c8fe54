"""What the window reads of a WAV file before it is streamed."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.ui.models.sound import BINS, read_shape


def write_wav(path: Path, samples: np.ndarray, rate: int = 16_000, channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def test_length_format_and_peaks(tmp_path: Path) -> None:
    samples = np.zeros(32_000)
    samples[16_000:] = 16_384
    shape = read_shape(write_wav(tmp_path / "half.wav", samples))
    assert shape.duration_s == 2.0
    assert shape.describe() == "2.0 s · 16 kHz · mono"
    assert len(shape.peaks) == BINS
    assert shape.peaks[: BINS // 2].max() == 0
    assert shape.peaks[BINS // 2 :].min() == pytest.approx(0.5)


def test_a_long_stereo_file_is_read_block_by_block(tmp_path: Path) -> None:
    shape = read_shape(write_wav(tmp_path / "long.wav", np.full(2 * 500_001, -32_768), channels=2))
    assert shape.duration_s == pytest.approx(500_001 / 16_000)
    assert "mixed to mono" in shape.describe()
    assert len(shape.peaks) <= BINS
    assert shape.peaks.min() == 1.0


@pytest.mark.parametrize(("name", "content"), [("text.wav", b"hello"), ("empty.wav", b"")])
def test_what_is_no_wav_is_told_with_the_command_that_converts_it(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        read_shape(path)
    assert "ffmpeg -i" in caught.value.problem.todo


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        read_shape(tmp_path / "gone.wav")
    assert caught.value.problem.code == "wav_missing"


def test_eight_bits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        read_shape(write_wav(tmp_path / "eight.wav", np.zeros(100), width=1))
    assert caught.value.problem.code == "wav_not_pcm16"
