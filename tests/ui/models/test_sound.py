"""What the window reads of a WAV file before it is streamed."""

from __future__ import annotations

import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.audio_source import RunAudio, prepared
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.ui.models.sound import BINS, read_shape
from tests.audio.wav_bytes import chunk, data, ds64, fmt, riff, written


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
    assert shape.describe().endswith("stereo mixed")
    assert len(shape.peaks) <= BINS
    assert shape.peaks.min() == 1.0


def test_one_channel_of_a_stereo_file(tmp_path: Path) -> None:
    samples = np.tile([16_384, 0], 1000)
    shape = read_shape(write_wav(tmp_path / "call.wav", samples, channels=2), "left")
    assert shape.describe().endswith("stereo, left")
    assert shape.peaks.min() == pytest.approx(0.5)


@pytest.mark.parametrize(
    "name", ["rf64.wav", "never_filled_in.wav", "text.wav", "24_bit.wav", "no_format.wav", "missing.wav"]
)
def test_length_and_refusal_are_those_of_the_run(tmp_path: Path, name: str) -> None:
    contents = {
        "rf64.wav": riff(ds64(16), fmt(), data(size=0xFFFFFFFF), chunk(b"LIST", bytes(400)), magic=b"RF64"),
        "never_filled_in.wav": riff(fmt(), data(size=0xFFFFFFFF), size=0xFFFFFFFF),
        "text.wav": b"hello",
        "24_bit.wav": riff(fmt(bits=24), data(bytes(48))),
        "no_format.wav": riff(data()),
    }
    if name in contents:
        written(tmp_path, contents[name], name)
    assert outcome(lambda: read_shape(tmp_path / name).duration_s) == outcome(lambda: run_duration_s(tmp_path / name))


def run_duration_s(path: Path) -> float:
    plan, _ = prepared(RunPlan(endpoint="local", source=WavSource(path=str(path))))
    audio = RunAudio(plan, print)
    try:
        audio.open()
        chunks = audio.chunks(1, None)
        assert chunks is not None
        return sum(iter(partial(skipped, chunks), 0)) / 2 / plan.options.sample_rate_hz
    finally:
        audio.close()


def skipped(chunks: ChunkSource) -> int:
    size = chunks.next_bytes()
    chunks.skip()
    return size


def outcome(call: Callable[[], float]) -> object:
    try:
        return call()
    except ProblemError as error:
        return error.problem
