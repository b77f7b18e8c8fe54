"""MPEG audio whose headers tell its length wrongly or not at all."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.containers import mp3
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from tests.audio.containers.encoded import NOISE, RATE_HZ, encoded

FRAME_S = 576 / RATE_HZ


def frames_of(content: bytes) -> list[bytes]:
    """The frames of an MPEG 2 file, the one with the Xing header first."""
    starts = [0]
    while starts[-1] < len(content):
        starts.append(content.find(content[:2], starts[-1] + 100))
        if starts[-1] < 0:
            starts[-1] = len(content)
    return [content[start:end] for start, end in pairwise(starts)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return encoded(tmp_path, "a.mp3")


def rewritten(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_variable_rate_without_a_xing_header_is_read_to_its_end(path: Path) -> None:
    # The first frame has another rate than the others, from which the decoder would estimate the length.
    frames = frames_of(path.read_bytes())
    recording = open_recording(rewritten(path, b"".join(frames[1:])))
    assert recording.duration_s == pytest.approx((len(frames) - 1) * FRAME_S, abs=2 * FRAME_S)
    assert sum(map(len, recording.blocks())) == recording.frames
    assert not recording.is_cut


def test_a_file_that_ends_between_two_frames_is_cut_off_if_its_header_states_more(path: Path) -> None:
    frames = frames_of(path.read_bytes())
    recording = open_recording(rewritten(path, b"".join(frames[: len(frames) // 2])))
    assert recording.is_cut
    assert recording.duration_s == pytest.approx(len(frames) // 2 * FRAME_S, abs=3 * FRAME_S)
    assert sum(map(len, recording.blocks())) == recording.frames


def test_the_samples_are_those_of_the_decoder_alone(path: Path) -> None:
    import soundfile

    samples = np.concatenate(list(open_recording(path).blocks()))
    alone = np.clip(np.rint(soundfile.read(path, dtype="float32")[0] * 32768), -32768, 32767)
    assert len(samples) == len(alone) == len(NOISE)
    assert np.abs(samples - alone).max() <= 1


@pytest.mark.parametrize(
    "tags",
    [
        (b"ID3\x04\0\0\0\0\0\x0a" + bytes(10), b""),
        (b"", b"TAG" + bytes(125)),
        (b"ID3\x04\0\0\0\0\x01\0" + b"\xff\xfb\x90" + bytes(125), b"APETAGEX" + bytes(24)),
    ],
)
def test_tags_are_no_audio_and_no_damage(path: Path, tags: tuple[bytes, bytes]) -> None:
    recording = open_recording(rewritten(path, tags[0] + path.read_bytes() + tags[1]))
    assert (recording.frames, recording.is_cut) == (len(NOISE), False)


def test_two_files_one_after_the_other_are_one_recording(path: Path) -> None:
    content = path.read_bytes()
    tagged = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + content
    recording = open_recording(rewritten(path, tagged + tagged))
    assert recording.frames == pytest.approx(2 * len(NOISE), abs=4 * 576)
    assert sum(map(len, recording.blocks())) == recording.frames


@pytest.mark.parametrize("foreign", [bytes(2000), b"\xff\x00" * 3 + bytes(2000)])
def test_what_is_no_frame_between_frames_is_damage(path: Path, foreign: bytes) -> None:
    frames = frames_of(path.read_bytes())
    with pytest.raises(ProblemError, match=r"damaged after 1\.0 s; what follows is not audio"):
        open_recording(rewritten(path, b"".join(frames[:30]) + foreign + b"".join(frames[30:])))


def test_zeros_after_the_last_frame_are_left_out(path: Path) -> None:
    recording = open_recording(rewritten(path, path.read_bytes() + bytes(5000)))
    assert (recording.frames, recording.is_cut) == (len(NOISE), False)


def test_other_content_is_none_of_it(tmp_path: Path) -> None:
    for content in (b"", b"\xff", b"\xff\xfb", bytes(300), b"\xff\xfb\x90\x00" + bytes(10)):
        with rewritten(tmp_path / "x", content).open("rb") as file:
            assert mp3.contents(file) is None
