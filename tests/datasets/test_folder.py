"""Folders of recordings with texts or labels beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flux_desktop.datasets.folder import read_folder
from tests.datasets.audio_files import recordings
from tests.datasets.test_textgrid import SHORT


def test_texts_and_labels_beside_the_recordings(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav", "b.WAV", "c.flac", "d.wav", "deep/e.wav", "f.wav")
    (tmp_path / "a.txt").write_text("Hello\nyou.\n")
    (tmp_path / "b.txt").write_text("0.0\t0.5\tHello.\n\\\t100\t200\n0.6\t0.9\tYou.\n")
    (tmp_path / "c.TextGrid").write_bytes(SHORT.encode("utf-16"))
    words = [{"word": "hi", "start_s": 0.1, "end_s": 0.4}]
    (tmp_path / "d.words.json").write_text(json.dumps([{"file": "d.wav", "text": "Hi.", "words": words}]))
    (tmp_path / "deep" / "all.stm").write_text("e 1 amy 0 0.5 well now\n")
    (tmp_path / "deep" / "all.rttm").write_text("SPEAKER e 1 0 0.5 <NA> <NA> amy <NA> <NA>\n")
    clips = {clip.path.name: clip for clip in read_folder(tmp_path).clips}
    assert list(clips) == ["a.wav", "b.WAV", "c.flac", "d.wav", "e.wav", "f.wav"]
    assert [clip.text for clip in clips.values()] == ["Hello you.", "Hello. You.", "say", "Hi.", "well now", None]
    assert [len(clip.turns) for clip in clips.values()] == [0, 2, 0, 0, 1, 0]
    assert [len(clip.words) for clip in clips.values()] == [0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("name", "content"), [("a.words.json", "{"), ("a.TextGrid", "x"), ("a.stm", "a 1"), ("a.txt", b"\xff\xfe\xff")]
)
def test_labels_that_cannot_be_read_are_named_and_the_rest_continues(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    recordings(tmp_path, "a.wav", "b.wav")
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    data_set = read_folder(tmp_path)
    assert tmp_path / "b.wav" in [clip.path for clip in data_set.clips]
    assert [entry.where.partition(".")[0] for entry in data_set.bad] == ["a"]


def test_recordings_of_other_kinds_are_named(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav", "b.wav")
    for name in ("b.mp4", "c.m4a", "notes.pdf"):
        (tmp_path / name).write_bytes(b"x")
    data_set = read_folder(tmp_path)
    assert [clip.path.name for clip in data_set.clips] == ["a.wav", "b.wav"]
    assert [entry.where for entry in data_set.bad] == ["c.m4a"], "of b.mp4 there is a copy that can be decoded"
    assert "Convert it" in data_set.bad[0].why
