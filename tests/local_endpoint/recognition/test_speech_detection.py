"""Samples from every encoding and rate, and speech told from silence, noise and clicks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from flux_desktop.local_endpoint.recognition.encodings import Decoder, Framer
from flux_desktop.local_endpoint.recognition.speech_detection import SILENCE_DBFS, SpeechDetector, level_dbfs

RANDOM = np.random.default_rng(1)


def noise(dbfs: float, frames: int) -> list[float]:
    """Levels of white noise, which vary by a decibel or two."""
    return list(dbfs + RANDOM.normal(0, 1, frames))


def heard(detector: SpeechDetector, levels: list[float]) -> list[bool]:
    return [detector.update(level) for level in levels]


@pytest.mark.parametrize("levels", [[SILENCE_DBFS] * 200, noise(-55, 200), [SILENCE_DBFS] * 50 + noise(-50, 200)])
def test_silence_and_low_noise_are_no_speech(levels: list[float]) -> None:
    assert not any(heard(SpeechDetector(), levels))


@pytest.mark.parametrize("background", [-70.0, -55.0, -46.0])
@pytest.mark.parametrize("lead", [[SILENCE_DBFS] * 40, []])
def test_speech_begins_within_two_frames_and_ends_within_two(background: float, lead: list[float]) -> None:
    detector = SpeechDetector()
    heard(detector, lead + noise(background, 20))
    speech = heard(detector, noise(-22, 40))
    assert all(speech[2:])
    assert not any(heard(detector, noise(background, 30))[2:])


def test_a_single_click_is_no_speech_and_a_lasting_hum_stops_being_it() -> None:
    detector = SpeechDetector()
    heard(detector, noise(-60, 20))
    assert not any(heard(detector, [-38.0, -60.0, -60.0]))
    hum = heard(detector, noise(-40, 1200))
    assert not any(hum[-100:])


def test_levels_are_decibels_of_full_scale() -> None:
    assert level_dbfs(np.zeros(1280, dtype=np.int16)) == SILENCE_DBFS
    assert level_dbfs(np.full(1280, 32_767, dtype=np.int16)) == pytest.approx(0, abs=0.01)
    assert level_dbfs(np.full(1280, 328, dtype=np.int16)) == pytest.approx(-40, abs=0.1)
    assert level_dbfs(np.zeros(0, dtype=np.int16)) == SILENCE_DBFS


@given(st.binary(max_size=20_000), st.lists(st.integers(0, 20_000), max_size=10))
def test_frames_are_the_audio_whatever_pieces_it_came_in(audio: bytes, cuts: list[int]) -> None:
    framer, frames, at = Framer("linear16", 16_000), [], 0
    for cut in [*sorted(cuts), len(audio)]:
        frames += framer.feed(audio[at:cut])
        at = max(at, cut)
    assert all(len(frame) == 2560 for frame in frames)
    assert b"".join(frames) + framer.finish() == audio[: len(audio) // 2 * 2]


# From the tables of ITU-T G.711.
@pytest.mark.parametrize(
    ("encoding", "code", "sample"),
    [
        ("mulaw", 0xFF, 0),
        ("mulaw", 0x80, 32_124),
        ("mulaw", 0x00, -32_124),
        ("mulaw", 0x7F, 0),
        ("alaw", 0xD5, 8),
        ("alaw", 0x55, -8),
        ("alaw", 0xAA, 32_256),
        ("alaw", 0x2A, -32_256),
    ],
)
def test_g711_codes(encoding: str, code: int, sample: int) -> None:
    assert Decoder(encoding, 8000).samples(bytes([code])).tolist() == [sample]


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 24_000, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_and_level_on_the_way_to_the_recogniser(rate_hz: int) -> None:
    seconds = np.arange(rate_hz * 2) / rate_hz
    tone: NDArray[np.int16] = (8000 * np.sin(2 * np.pi * 440 * seconds)).astype(np.int16)
    decoder, frame = Decoder("linear16", rate_hz), round(rate_hz * 0.08)
    pieces = [decoder.for_recogniser(tone[at : at + frame]) for at in range(0, len(tone), frame)]
    assert {len(piece) for piece in pieces} == {2560}
    result = np.frombuffer(b"".join(pieces), dtype="<i2").astype(np.float64)
    spectrum = np.abs(np.fft.rfft(result))
    assert np.argmax(spectrum) / 2 == pytest.approx(440, abs=1)
    assert level_dbfs(result.astype(np.int16)) == pytest.approx(level_dbfs(tone), abs=0.5)
