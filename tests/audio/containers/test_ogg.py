"""Pages of Ogg files."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.audio.containers import ogg
from tests.audio.containers.encoded import cut, damaged, encoded


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_missing_and_damaged_pages_are_found(tmp_path: Path, subtype: str) -> None:
    path = encoded(tmp_path, "a.ogg", "OGG", subtype)
    content = path.read_bytes()
    second = content.index(b"OggS", content.index(b"OggS", 1000) + 1)
    third = content.index(b"OggS", second + 1)
    missing = tmp_path / "missing.ogg"
    missing.write_bytes(content[:second] + content[third:])
    expected = [(path, False, False), (cut(path, 0.7), True, False), (damaged(path, 3), False, True)]
    for each, is_cut, is_damaged in [*expected, (missing, False, True)]:
        with each.open("rb") as file:
            assert (ogg.is_cut(file), ogg.is_damaged(file)) == (is_cut, is_damaged), each.name


def test_what_is_no_page_is_damage(tmp_path: Path) -> None:
    content = encoded(tmp_path, "a.ogg", "OGG", "VORBIS").read_bytes()
    (tmp_path / "x").write_bytes(content + b"a text that is long enough for a header")
    with (tmp_path / "x").open("rb") as file:
        assert ogg.is_damaged(file)
