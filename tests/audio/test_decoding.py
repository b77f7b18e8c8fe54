"""Files in other codings, rates and channels than Flux takes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.audio.decoding import Channel
from flux_desktop.audio.recording import Recording, open_recording
from flux_desktop.base.problem import ProblemError
from tests.audio.wav_bytes import chunk, data, extensible, fmt, riff, written

RATE_HZ = 16_000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ // 2) / RATE_HZ)).astype(np.float32)
"""Half a second of 440 Hz."""


def encoded(folder: Path, format_: str, subtype: str, rate_hz: int = RATE_HZ, channels: int = 1) -> Path:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate_hz // 2) / rate_hz)
    path = folder / f"tone.{format_.lower()}"
    soundfile.write(path, np.column_stack([tone] * channels), rate_hz, format=format_, subtype=subtype)
    return path


def samples_of(recording: Recording) -> np.ndarray:
    return np.frombuffer(recording.pcm(), dtype="<i2") / 32768


def difference_db(recording: Recording) -> float:
    """How far below the tone the difference to it is, away from both ends."""
    inner = slice(800, -800)
    samples = samples_of(recording)[: len(TONE)]
    return 20 * math.log10(np.std(samples[inner] - TONE[inner]) / np.std(TONE))


@pytest.mark.parametrize(
    ("format_", "subtype", "below_db"),
    [
        *(("WAV", coding, -60) for coding in ("PCM_24", "PCM_32", "FLOAT", "DOUBLE")),
        ("WAV", "PCM_U8", -38),
        *(("WAV", coding, -28) for coding in ("ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM")),
        *((container, "PCM_16", -60) for container in ("AIFF", "AU", "CAF", "FLAC", "NIST", "RF64", "W64", "WAVEX")),
        ("FLAC", "PCM_24", -60),
        ("OGG", "VORBIS", -20),
        ("MP3", "MPEG_LAYER_III", -20),
    ],
)
def test_every_coding_is_decoded(tmp_path: Path, format_: str, subtype: str, below_db: float) -> None:
    recording = open_recording(encoded(tmp_path, format_, subtype))
    assert recording.sample_rate_hz == RATE_HZ
    assert recording.frames == pytest.approx(len(TONE), abs=200)  # ADPCM fills its last block
    assert len(samples_of(recording)) == recording.frames
    assert difference_db(recording) < below_db


@pytest.mark.parametrize(
    ("format_", "subtype", "rate_hz"),
    [("WAV", "PCM_16", 22_050), ("WAV", "PCM_16", 96_000), ("FLAC", "PCM_16", 44_100), ("OGG", "OPUS", 48_000)],
)
def test_other_rates_are_resampled(tmp_path: Path, format_: str, subtype: str, rate_hz: int) -> None:
    recording = open_recording(encoded(tmp_path, format_, subtype, rate_hz))
    assert (recording.sample_rate_hz, recording.duration_s) == (RATE_HZ, 0.5)
    assert len(samples_of(recording)) == recording.frames == len(TONE)
    assert difference_db(recording) < (-20 if subtype == "OPUS" else -60)


def test_a_lossless_copy_of_16_bits_is_the_same_to_the_bit(tmp_path: Path) -> None:
    plain, flac = encoded(tmp_path, "WAV", "PCM_16"), tmp_path / "copy.flac"
    soundfile.write(flac, *soundfile.read(plain, dtype="int16"))
    assert open_recording(flac).pcm() == open_recording(plain).pcm()
    assert open_recording(flac).notes == open_recording(plain).notes == ()


def test_one_line_states_what_is_converted(tmp_path: Path) -> None:
    path = encoded(tmp_path, "MP3", "MPEG_LAYER_III", 44_100, channels=2)
    assert open_recording(path).notes == (
        "tone.mp3 (MP3, 44.1 kHz, stereo) is converted to 16-bit, 16 kHz, mono; the channels are mixed.",
    )
    path = encoded(tmp_path, "FLAC", "PCM_24")
    assert open_recording(path).notes == (
        "tone.flac (FLAC, 24-bit PCM, 16 kHz, mono) is converted to 16-bit, 16 kHz, mono.",
    )


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
@pytest.mark.parametrize(("channel", "value"), [("mix", 0.375), ("left", 0.5), ("right", 0.25)])
def test_the_channel_that_is_chosen_is_used(tmp_path: Path, subtype: str, channel: Channel, value: float) -> None:
    path = tmp_path / "call.wav"
    soundfile.write(path, np.tile([0.5, 0.25], (100, 1)), RATE_HZ, subtype=subtype)
    recording = open_recording(path, channel)
    assert samples_of(recording).tolist() == [value] * 100
    assert ("channels are mixed" if channel == "mix" else f"{channel} channel is used") in recording.notes[0]


def test_a_mono_file_has_no_right_channel(tmp_path: Path) -> None:
    path = encoded(tmp_path, "FLAC", "PCM_16")
    assert open_recording(path, "right").pcm() == open_recording(path).pcm()


def test_what_is_too_loud_is_clipped_and_what_is_no_number_is_silent(tmp_path: Path) -> None:
    values = np.array([2.0, -2.0, np.nan, 0.5, 3e38, -np.inf], dtype="<f4").tobytes()
    recording = open_recording(written(tmp_path, riff(fmt(tag=3, bits=32), data(values))))
    assert np.frombuffer(recording.pcm(), dtype="<i2").tolist() == [32767, -32768, 0, 16384, 32767, -32768]


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0xFFFFFFFF])
def test_lengths_that_were_never_filled_in_do_not_matter_to_other_codings_either(tmp_path: Path, size: int) -> None:
    body = np.array([1, -1, 2], dtype="<i4").tobytes()
    content = riff(extensible(bits=32), chunk(b"LIST", b"INFOhello", pad=b""), data(body + b"\0", size=size))
    recording = open_recording(written(tmp_path, content))
    assert (recording.frames, len(recording.pcm())) == (3, 6)
    assert "incomplete sample" in recording.notes[0]


def test_damage_in_the_middle_is_a_problem_and_no_silence(tmp_path: Path) -> None:
    path = encoded(tmp_path, "FLAC", "PCM_24")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    recording = open_recording(path)
    with pytest.raises(ProblemError, match=r"is damaged between 0\.0 s and 2\.0 s") as caught:
        recording.pcm()
    assert caught.value.problem.code == "audio_unsupported"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\0\0\0\x20ftypM4A and so on", "It is an MPEG-4 file (M4A, MP4 or AAC), which is not supported."),
        (b"\x1aE\xdf\xa3 and so on, to the end", "It is a Matroska or WebM file, which is not supported."),
        (b"hello, this is a text", "Its content is not in a known audio format."),
        (b"Creative Voice File\x1a" + bytes.fromhex("1a000a012911") + bytes(50), "It is a Creative Voice file, which"),
        (riff(fmt(tag=0x1234), data()), "."),
        (riff(fmt(tag=0x45, bits=4), data()), "Its header is damaged, or its coding is not supported."),
    ],
)
def test_what_cannot_be_decoded_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ProblemError) as caught:
        open_recording(written(tmp_path, content))
    assert caught.value.problem.code == "audio_unsupported"
    assert why in caught.value.problem.why


def test_what_is_no_recording_is_not_streamed(tmp_path: Path) -> None:
    path = encoded(tmp_path, "SVX", "PCM_16")
    with pytest.raises(ProblemError, match="which is not supported"):
        open_recording(path)
