"""Damage in the middle of compressed recordings is found before they are sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.audio import intact
from flux_desktop.audio.intact import check_intact, samples_to_decode
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from tests.audio.containers.encoded import NOISE, cut, damaged, encoded


@pytest.mark.parametrize("samples_max", [10**9, 0], ids=["decoded", "structure"])
@pytest.mark.parametrize(("name", "subtype"), [("a.flac", None), ("a.ogg", "VORBIS"), ("b.ogg", "OPUS")])
def test_damage_is_found_by_decoding_and_in_the_structure(
    tmp_path: Path, name: str, subtype: str | None, samples_max: int
) -> None:
    path = encoded(tmp_path, name, None, subtype)
    check_intact(open_recording(path), samples_max)
    check_intact(open_recording(cut(path, 0.7)), samples_max)
    bad = open_recording(damaged(path, 20_000 if name == "a.flac" else 3000))
    with pytest.raises(ProblemError, match="It is damaged") as caught:
        check_intact(bad, samples_max)
    assert caught.value.problem.code == "audio_unsupported"
    assert "ffmpeg -i" in caught.value.problem.todo


def test_what_is_not_compressed_is_not_decoded(tmp_path: Path) -> None:
    assert samples_to_decode(open_recording(encoded(tmp_path, "a.wav"))) == 0
    assert samples_to_decode(open_recording(encoded(tmp_path, "a.aiff"))) == 0
    assert samples_to_decode(open_recording(encoded(tmp_path, "a.flac"))) == len(NOISE)


def test_a_file_is_decoded_again_only_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = encoded(tmp_path, "a.flac")
    recording = open_recording(path)
    calls: list[int] = []
    count = intact.decoding.count
    monkeypatch.setattr(intact.decoding, "count", lambda *of: calls.append(1) or count(*of))
    check_intact(recording)
    check_intact(recording)
    assert len(calls) == 1
    path.write_bytes(damaged(path).read_bytes() + b"\0")
    with pytest.raises(ProblemError):
        check_intact(open_recording(path))


@pytest.mark.parametrize(("at_part", "where"), [(0.5, r"after 1\.8 s"), (0.02, "at its beginning")])
def test_the_place_of_damage_is_that_of_its_frame(tmp_path: Path, at_part: float, where: str) -> None:
    path = encoded(tmp_path, "a.flac")
    content = bytearray(path.read_bytes())
    at = round(at_part * len(content))
    content[at : at + 300] = bytes(300)
    path.write_bytes(content)
    with pytest.raises(ProblemError, match=f"It is damaged {where}: "):
        check_intact(open_recording(path))
