"""Lengths that a program has left open, as it wrote to a pipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.containers import chunked
from flux_desktop.audio.recording import open_recording
from tests.audio.containers.encoded import NOISE, encoded

OPEN = {
    "a.w64": [(16, "ff" * 8), (96, "ffffffffffffff7f")],
    "a.au": [(8, "ff" * 4)],
}
"""By file: places and bytes of lengths as ffmpeg leaves them."""


@pytest.mark.parametrize("name", list(OPEN))
def test_a_length_that_is_open_is_no_missing_end(tmp_path: Path, name: str) -> None:
    path = encoded(tmp_path, name)
    content = bytearray(path.read_bytes())
    for at, data in OPEN[name]:
        content[at : at + len(data) // 2] = bytes.fromhex(data)
    path.write_bytes(content)
    recording = open_recording(path)
    assert not recording.is_cut
    assert np.array_equal(np.concatenate(list(recording.blocks())), NOISE)


def test_other_content_is_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"riff and no more of it")
    with (tmp_path / "x").open("rb") as file:
        assert chunked.contents(file, b"riff and no ") is None
