"""Reading WAV files: what is taken, what is mended, what is refused, and that no header can do harm."""

from __future__ import annotations

import contextlib
import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.audio import wav
from flux_desktop.audio.wav import chunk, chunk_bytes, read_wav
from flux_desktop.base.problem import Problem, ProblemError

SAMPLES = np.array([0, 1, -1, 1000, -1000, 32767, -32768, 5], dtype="<i2").tobytes()
EXTENSIBLE_PCM = b"\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"


def fmt(tag: int = 1, channels: int = 1, rate: int = 16000, bits: int = 16, extra: bytes = b"") -> bytes:
    frame = channels * bits // 8
    body = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits) + extra
    return b"fmt " + struct.pack("<I", len(body)) + body


def riff(*parts: bytes, head: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(parts)
    return head + struct.pack("<I", len(body)) + body


def data(samples: bytes = SAMPLES, size: int | None = None) -> bytes:
    return b"data" + struct.pack("<I", len(samples) if size is None else size) + samples


def written(folder: Path, content: bytes, name: str = "some file.wav") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refused(path: Path) -> Problem:
    with pytest.raises(ProblemError) as caught:
        read_wav(path)
    return caught.value.problem


@pytest.mark.parametrize("rate", wav.FLUX_SAMPLE_RATES_HZ)
def test_plain_pcm(tmp_path: Path, rate: int) -> None:
    audio = read_wav(written(tmp_path, riff(fmt(rate=rate), data())))
    assert audio.pcm == SAMPLES
    assert (audio.sample_rate_hz, audio.channels, audio.notes) == (rate, 1, ())
    assert audio.duration_s == pytest.approx(8 / rate)


def test_a_pipe_is_no_recording(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")  # reading it would wait for ever
    with pytest.raises(ProblemError, match="It is a pipe or a device") as caught:
        read_wav(tmp_path / "pipe.wav")
    assert caught.value.problem.code == "wav_unreadable"


def test_a_name_that_no_file_can_have_is_not_found() -> None:
    with pytest.raises(ProblemError) as caught:
        read_wav("a\0.wav")
    assert caught.value.problem.code == "wav_not_found"


def test_extensible_pcm_and_other_chunks(tmp_path: Path) -> None:
    extensible = fmt(0xFFFE, extra=struct.pack("<HHI", 22, 16, 4) + EXTENSIBLE_PCM)
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\x00"
    assert read_wav(written(tmp_path, riff(odd, extensible, odd, data(), odd))).pcm == SAMPLES


def test_two_channels_are_mixed_and_said(tmp_path: Path) -> None:
    stereo = np.array([100, 200, 32767, 32767, -32768, -32768, -1, 0], dtype="<i2").tobytes()
    audio = read_wav(written(tmp_path, riff(fmt(channels=2), data(stereo))))
    assert np.frombuffer(audio.pcm, dtype="<i2").tolist() == [150, 32767, -32768, -1]
    assert audio.channels == 2
    assert "two channels" in audio.notes[0]


def test_odd_last_byte_is_dropped_and_said(tmp_path: Path) -> None:
    audio = read_wav(written(tmp_path, riff(fmt(), data(SAMPLES + b"\x07"))))
    assert audio.pcm == SAMPLES
    assert "incomplete" in audio.notes[0]


def test_cut_off_file_is_read_and_said(tmp_path: Path) -> None:
    audio = read_wav(written(tmp_path, riff(fmt(), data(size=5_000_000))))
    assert audio.pcm == SAMPLES
    assert "cut off" in audio.notes[0]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_length_that_a_recorder_never_wrote(tmp_path: Path, size: int) -> None:
    audio = read_wav(written(tmp_path, riff(fmt(), data(size=size))))
    assert audio.pcm == SAMPLES
    assert audio.notes == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (riff(fmt(tag=3, bits=32), data()), "floating point"),
        (riff(fmt(tag=7, bits=8), data()), "mu-law"),
        (riff(fmt(tag=0x1234), data()), "0x1234"),
        (riff(fmt(0xFFFE, extra=struct.pack("<HHI", 22, 16, 4) + b"\x03" + bytes(15)), data()), "floating point"),
        (riff(fmt(bits=24), data()), "24 bits"),
        (riff(fmt(channels=6), data()), "6 channels"),
        (riff(fmt(channels=0), data()), "0 channels"),
        (riff(fmt(rate=22050), data()), "22050 Hz"),
        (riff(data()), "does not say"),
        (riff(fmt()), "no sound data"),
        (riff(b"fmt \x04\x00\x00\x00abcd", data()), "incomplete"),
        (b"ID3\x03 an mp3 file, in fact", "not a WAV file"),
        (b"RIFF", "not a WAV file"),
    ],
)
def test_what_cannot_be_taken_gets_the_command_that_converts_it(tmp_path: Path, content: bytes, why: str) -> None:
    problem = refused(written(tmp_path, content, "my talk.wav"))
    assert problem.code == "wav_unsupported"
    assert why in problem.why
    assert f"ffmpeg -i '{tmp_path}/my talk.wav' -ac 1 -ar 16000 -c:a pcm_s16le 'my talk-16k.wav'" in problem.todo


def test_files_that_are_not_there_or_empty(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.wav").code == "wav_not_found"
    assert refused(tmp_path).code == "wav_unreadable"
    assert refused(written(tmp_path, b"")).code == "wav_empty"
    assert refused(written(tmp_path, riff(fmt(), data(b"")))).code == "wav_empty"


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    problem = refused(written(tmp_path, b"x"))
    assert (problem.code, problem.why) == ("wav_unreadable", "Permission denied.")


def test_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.wav"
    with path.open("wb") as file:
        file.truncate(wav.MAX_FILE_BYTES + 1)
    assert refused(path).code == "wav_unreadable"


def test_chunks(tmp_path: Path) -> None:
    audio = read_wav(written(tmp_path, riff(fmt(), data(bytes(2560 * 2 + 100)))))
    assert chunk_bytes(16000) == 2560
    assert chunk_bytes(44100, 0.08) == 7056
    assert [len(chunk(audio, index)) for index in range(4)] == [2560, 2560, 100, 0]


@given(st.binary(max_size=200), st.integers(0, 60), st.binary(min_size=1, max_size=8))
def test_no_header_can_do_harm(tail: bytes, at: int, garbage: bytes) -> None:
    content = bytearray(riff(fmt(), data()) + tail)
    content[at : at + len(garbage)] = garbage
    began_s = time.monotonic()
    with contextlib.suppress(ProblemError):
        layout, samples = wav._find_samples(bytes(content), Path("x.wav"), [])
        assert len(wav._decode(samples, layout, Path("x.wav"), [])) * 2 <= len(content)
    assert time.monotonic() - began_s < 1
