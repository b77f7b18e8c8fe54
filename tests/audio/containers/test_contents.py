"""Files that were cut off: all kinds are read as far as they go, with their true length, and one sentence says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.audio.containers.contents import contents_of
from flux_desktop.audio.containers.view import Stored
from flux_desktop.audio.recording import open_recording
from flux_desktop.audio.wav import read_layout
from tests.audio.containers.encoded import NOISE, RATE_HZ, cut, encoded

KINDS = [
    ("a.wav", None, None),
    ("a24.wav", None, "PCM_24"),
    ("ima.wav", None, "IMA_ADPCM"),
    ("a.flac", None, None),
    ("a.ogg", None, "VORBIS"),
    ("a.opus", "OGG", "OPUS"),
    ("a.mp3", None, None),
    ("a.aiff", None, None),
    ("a.w64", None, None),
    ("a.caf", None, None),
    ("a.au", None, None),
]


@pytest.mark.parametrize(("name", "format_", "subtype"), KINDS)
def test_a_whole_file_has_its_length(tmp_path: Path, name: str, format_: str | None, subtype: str | None) -> None:
    recording = open_recording(encoded(tmp_path, name, format_, subtype))
    assert not recording.is_cut
    assert recording.frames == pytest.approx(len(NOISE), abs=600)  # ADPCM fills its last block
    assert sum(map(len, recording.blocks())) == recording.frames


@pytest.mark.parametrize("share", [0.4, 0.9])
@pytest.mark.parametrize(("name", "format_", "subtype"), KINDS)
def test_a_file_that_was_cut_off_has_the_length_of_what_is_there(
    tmp_path: Path, name: str, format_: str | None, subtype: str | None, share: float
) -> None:
    recording = open_recording(cut(encoded(tmp_path, name, format_, subtype), share))
    assert recording.is_cut
    assert recording.duration_s == pytest.approx(share * len(NOISE) / RATE_HZ, abs=1.0)  # a page of Ogg is a second
    assert recording.duration_s < len(NOISE) / RATE_HZ
    assert sum(map(len, recording.blocks())) == recording.frames
    length = f"{recording.duration_s:.2f} s"
    assert recording.notes[0] == f"cut-{name} is incomplete: its end is missing, after {length} of audio."


def test_the_block_of_adpcm_in_which_a_file_was_cut_is_left_out(tmp_path: Path) -> None:
    path = encoded(tmp_path, "ima.wav", None, "IMA_ADPCM")
    with path.open("rb") as file:
        layout = read_layout(file)
    path.write_bytes(path.read_bytes()[: layout.data_offset + 20 * layout.block_bytes + 100])
    # A block states its first sample in its header of 4 bytes, then two in each byte.
    assert open_recording(path).frames == 20 * (1 + 2 * (layout.block_bytes - 4))


def test_other_kinds_are_left_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"hello")
    with path.open("rb") as file:
        assert contents_of(file).parts == (Stored(0, 5),)
