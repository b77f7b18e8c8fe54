"""The figures of a data set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.decoding import Samples
from flux_desktop.audio.recording import Recording
from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.check import check
from flux_desktop.datasets.clip import Clip, DataSet, Span
from tests.audio.wav_bytes import data, fmt, riff
from tests.datasets.audio_files import recordings


def loud(*full: int) -> bytes:
    samples = np.zeros(16_000, "<i2")
    samples[list(full)] = 32_767
    return samples.tobytes()


def test_clips_are_counted(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "stereo.wav").write_bytes(riff(fmt(channels=2, rate=8000), data(bytes(32_000))))
    recordings(tmp_path, "clipped.wav", samples=loud(100, 101, 102))
    recordings(tmp_path, "peaks.wav", samples=loud(100, 101, 200, 202))
    (tmp_path / "bad.wav").write_bytes(b"no audio at all")
    turns = (SpokenTurn(text="x", start_s=0, end_s=1),)
    clips = (
        Clip(path=tmp_path / "a.wav", text="x", turns=turns, holds=(Span(start_s=0.1, end_s=0.4),)),
        Clip(path=tmp_path / "a.wav", text="x", offset_s=0.25, duration_s=0.5),
        Clip(path=tmp_path / "a.wav", offset_s=5),
        *(Clip(path=tmp_path / name) for name in ("stereo.wav", "clipped.wav", "peaks.wav", "bad.wav")),
    )
    done: list[int] = []
    result = check(DataSet(path=tmp_path, format="folder", clips=clips), done.append)
    assert (result.clips, result.seconds) == (5, 4.5)
    assert result.sample_rates_hz == {16_000: 4, 8_000: 1}
    assert result.channels == {1: 4, 2: 1}
    assert (result.without_text, result.turns, result.holds) == (3, 1, 1)
    assert result.clipped == [str(tmp_path / "clipped.wav")]
    assert ["ends before the clip begins" in entry.why for entry in result.bad] == [True, False]
    assert "cannot be decoded" in result.bad[1].why
    assert done == [1, 2, 3, 4, 5, 6, 7]


def test_clipping_outside_of_the_clip_does_not_count(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav", samples=loud(100, 101, 102))
    clip = Clip(path=tmp_path / "a.wav", offset_s=0.5)
    assert check(DataSet(path=tmp_path, format="folder", clips=(clip,))).clipped == []


def test_other_content_than_stated_is_named(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    digest = hashlib.sha256((tmp_path / "a.wav").read_bytes()).hexdigest()
    clips = tuple(Clip(path=tmp_path / "a.wav", sha256=sha256) for sha256 in (digest.upper(), "0" * 64))
    result = check(DataSet(path=tmp_path, format="folder", clips=clips))
    assert result.clips == 1
    assert "SHA-256" in result.bad[0].why


def test_a_recording_of_several_clips_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recordings(tmp_path, "a.wav", samples=loud(4000, 4001, 4002))
    decoded: list[Path] = []
    blocks = Recording.blocks

    def counted(recording: Recording) -> Iterator[Samples]:
        decoded.append(recording.path)
        return blocks(recording)

    monkeypatch.setattr(Recording, "blocks", counted)
    starts = (0.0, 0.25, 4001 / 16_000)
    clips = tuple(Clip(path=tmp_path / "a.wav", offset_s=start, duration_s=0.5) for start in starts)
    result = check(DataSet(path=tmp_path, format="folder", clips=clips))
    assert decoded == [tmp_path / "a.wav"]
    assert (result.clips, len(result.clipped)) == (3, 2)
