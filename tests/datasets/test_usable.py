"""Clips whose recording does not hold what the data set states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.base.problem import ProblemError
from flux_desktop.datasets import usable
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.usable import check_clips, usable_clip
from tests.audio.containers.encoded import cut, damaged, encoded


def test_a_clip_whose_end_is_missing_is_left_out(tmp_path: Path) -> None:
    path = cut(encoded(tmp_path, "a.mp3"), 0.5)
    with pytest.raises(ProblemError, match=r"Its end is missing, after \d\.\d+ s of audio"):
        usable_clip(Clip(path=path), "mix")
    with pytest.raises(ProblemError, match="Its end is missing"):
        usable_clip(Clip(path=path, offset_s=1.0, duration_s=3.0), "mix")
    assert usable_clip(Clip(path=path, offset_s=0.5, duration_s=1.0), "mix").duration_s == 1.0


def test_a_clip_that_is_stated_longer_than_its_recording_is_left_out(tmp_path: Path) -> None:
    path = encoded(tmp_path, "a.flac")
    whole_s = usable_clip(Clip(path=path), "mix").duration_s
    with pytest.raises(ProblemError, match="It lasts 50 s as stated, but the recording has"):
        usable_clip(Clip(path=path, offset_s=0.5, duration_s=50), "mix")
    assert usable_clip(Clip(path=path, duration_s=whole_s + 0.4), "mix").duration_s == whole_s


def test_bad_clips_are_named_with_their_place(tmp_path: Path) -> None:
    good, bad = encoded(tmp_path, "a.flac"), damaged(encoded(tmp_path, "b.flac"))
    checked = check_clips([Clip(path=bad), Clip(path=good), Clip(path=good, offset_s=99)], "mix")
    assert list(checked.usable) == [1]
    assert {place: entry.where for place, entry in checked.bad.items()} == {0: str(bad), 2: str(good)}
    assert "It is damaged after" in checked.bad[0].why
    assert "ends before the clip begins" in checked.bad[2].why
    assert checked.undecoded == 0


def test_of_many_recordings_the_first_are_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usable, "DECODED_SAMPLES_MAX", 100_000)
    monkeypatch.setattr(usable, "OPENED_MAX", 3)
    clips = [Clip(path=encoded(tmp_path, f"{name}.flac")) for name in "abcde"]
    checked = check_clips(clips, "mix")
    assert (list(checked.usable), checked.undecoded) == ([0, 1, 2], 4)


def test_a_recording_of_many_clips_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usable, "DECODED_SAMPLES_MAX", 100_000)
    clip = Clip(path=encoded(tmp_path, "a.flac"))
    assert check_clips([clip] * 5, "mix").undecoded == 0, "there is room for one to be decoded"
    loud = tmp_path / "loud.wav"
    soundfile.write(loud, np.full(16_000, 1.5), 16_000, subtype="FLOAT")
    assert check_clips([Clip(path=loud)] * 5, "mix").clipped == 1
