"""Recordings as Flux takes them: what is read, what is adapted, and what is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.flux.defaults import SAMPLE_RATES_HZ
from tests.audio.wav_bytes import SAMPLES, chunk, data, fmt, riff, written


def refused(path: Path) -> Problem:
    with pytest.raises(ProblemError) as caught:
        open_recording(path)
    return caught.value.problem


@pytest.mark.parametrize("rate", SAMPLE_RATES_HZ)
def test_16_bit_pcm_is_read_bit_for_bit(tmp_path: Path, rate: int) -> None:
    recording = open_recording(written(tmp_path, riff(fmt(rate=rate), data())))
    assert recording.pcm() == SAMPLES
    assert (recording.sample_rate_hz, recording.channels, recording.notes) == (rate, 1, ())
    assert recording.duration_s == pytest.approx(8 / rate)


def test_blocks_are_of_the_size_that_is_asked_for(tmp_path: Path) -> None:
    recording = open_recording(written(tmp_path, riff(fmt(), data())))
    assert [len(block) for block in recording.blocks(3)] == [3, 3, 2]


def test_two_channels_are_mixed_and_the_user_is_informed(tmp_path: Path) -> None:
    stereo = np.array([100, 200, 32767, 32767, -32768, -32768, -1, 0], dtype="<i2").tobytes()
    recording = open_recording(written(tmp_path, riff(fmt(channels=2), data(stereo))))
    assert np.frombuffer(recording.pcm(), dtype="<i2").tolist() == [150, 32767, -32768, -1]
    assert (recording.channels, recording.frames) == (2, 4)
    assert "the channels are mixed" in recording.notes[0]


def test_an_incomplete_last_sample_is_left_out(tmp_path: Path) -> None:
    recording = open_recording(written(tmp_path, riff(fmt(), data(SAMPLES + b"\x07"))))
    assert recording.pcm() == SAMPLES
    assert "incomplete sample" in recording.notes[0]


def test_a_truncated_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    recording = open_recording(written(tmp_path, riff(fmt(), data(size=5_000_000))))
    assert recording.pcm() == SAMPLES
    assert recording.is_cut
    assert recording.notes == ("some file.wav is incomplete: its end is missing, after 0.00 s of audio.",)


def test_a_length_that_was_never_filled_in_is_no_truncation(tmp_path: Path) -> None:
    recording = open_recording(written(tmp_path, riff(fmt(), data(size=0xFFFFFFFF), size=0xFFFFFFFF)))
    assert (recording.frames, recording.notes) == (8, ())


def test_a_file_that_shrinks_after_it_was_opened_ends_early(tmp_path: Path) -> None:
    path = written(tmp_path, riff(fmt(), data()))
    recording = open_recording(path)
    path.write_bytes(path.read_bytes()[:-10])
    assert recording.pcm() == SAMPLES[:-10]


def test_an_unsupported_file_gets_the_command_that_converts_it(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, riff(data()), "my talk.wav"))
    assert problem.code == "audio_unsupported"
    assert problem.why == "Its header does not state the sample format."
    assert f"ffmpeg -i '{tmp_path}/my talk.wav' -ac 1 -ar 16000 -c:a pcm_s16le './my talk-16k.wav'" in problem.todo


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("rate", [0, 1, 2_000_000_000, 4_294_967_295])
def test_a_sample_rate_that_no_recording_has_is_refused(tmp_path: Path, rate: int, bits: int) -> None:
    header = struct.pack("<HHIIHH", 1, 1, rate, 0, bits // 8, bits)
    content = riff(chunk(b"fmt ", header), data())
    assert refused(written(tmp_path, content)).why == f"Its header states a sample rate of {rate} Hz."


@pytest.mark.parametrize("content", [b"", riff(fmt(), data(b"")), riff(fmt(), data(b"\x01"))])
def test_a_file_without_audio(tmp_path: Path, content: bytes) -> None:
    assert refused(written(tmp_path, content)).code == "audio_empty"
