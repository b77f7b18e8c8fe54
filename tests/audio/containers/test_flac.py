"""FLAC files without a length, with a wrong one, and with damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.audio.containers import flac
from flux_desktop.audio.recording import open_recording
from tests.audio.containers.encoded import NOISE, RATE_HZ, cut, damaged, encoded

TOTAL = slice(22, 26)
"""The lower 32 bits of the number of samples, which is all of it here."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return encoded(tmp_path, "a.flac")


def samples_of(path: Path) -> np.ndarray:
    return np.concatenate(list(open_recording(path).blocks()))


def test_a_length_that_a_pipe_did_not_allow_to_be_written_is_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    assert int.from_bytes(content[TOTAL]) == len(NOISE)
    content[TOTAL] = bytes(4)
    path.write_bytes(content)
    assert open_recording(path).frames == len(NOISE)
    assert not open_recording(path).is_cut
    assert np.array_equal(samples_of(path), NOISE)


def test_of_a_file_that_was_cut_off_every_whole_frame_is_read(path: Path) -> None:
    samples = samples_of(cut(path, 0.6))
    assert len(samples) % 4096 == 0
    assert np.array_equal(samples, NOISE[: len(samples)])
    assert len(samples) > 0.6 * len(NOISE) - 2 * 4096


def test_frames_of_a_few_bytes(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "constant.flac", np.full(4000, 1000, np.int16), RATE_HZ)
    assert (open_recording(tmp_path / "constant.flac").frames, open_recording(tmp_path / "constant.flac").is_cut) == (
        4000,
        False,
    )


def test_a_tag_at_the_end_is_no_audio(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(125))
    assert np.array_equal(samples_of(path), NOISE)


def test_a_missing_frame_is_found_without_decoding(path: Path) -> None:
    with path.open("rb") as file:
        assert flac.damaged_s(file) is None
    with cut(path, 0.7).open("rb") as file:
        assert flac.damaged_s(file) is None
    with damaged(path, 20_000).open("rb") as file:
        assert flac.damaged_s(file) == pytest.approx(2.0, abs=1.0)


@pytest.mark.parametrize(
    "number", [0, 1, 127, 128, 200, 2047, 2048, 70_000, 3_000_000, 90_000_000, 3_000_000_000, 2**35]
)
def test_numbers_are_coded_as_in_utf_8(number: int) -> None:
    code = flac._code(number)
    assert flac._coded_bytes(code[0]) == len(code)
    assert flac._coded(code) == number
    if number < 0xD800:
        assert code == chr(number).encode()


def test_a_long_file_of_many_frames(tmp_path: Path) -> None:
    """More frames than one byte can number, and more than one block of reading."""
    noise = np.random.default_rng(1).integers(-30_000, 30_000, 80 * RATE_HZ * 2).astype(np.int16)
    soundfile.write(tmp_path / "long.flac", noise, RATE_HZ)
    with (tmp_path / "long.flac").open("rb") as file:
        assert flac.damaged_s(file) is None
    assert open_recording(tmp_path / "long.flac").frames == len(noise)


def test_other_content_is_none_of_it(tmp_path: Path) -> None:
    for content in (b"", b"fLaC", b"fLaC" + bytes(100)):
        (tmp_path / "x").write_bytes(content)
        with (tmp_path / "x").open("rb") as file:
            assert flac.contents(file) is None
