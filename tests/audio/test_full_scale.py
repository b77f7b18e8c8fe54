"""Floating-point recordings whose samples are beyond full scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.audio import full_scale
from flux_desktop.audio.channels import Channel
from flux_desktop.audio.full_scale import clipping_note
from flux_desktop.audio.recording import open_recording


def note(folder: Path, samples: list[float] | list[list[float]], channel: Channel = "mix") -> str:
    soundfile.write(folder / "loud.wav", np.array(samples), 16_000, subtype="FLOAT")
    return clipping_note(open_recording(folder / "loud.wav", channel))


def test_what_is_clipped_and_by_how_much_the_level_is_too_high(tmp_path: Path) -> None:
    assert note(tmp_path, [2.0, -1.5, *[0.5] * 998]) == (
        "loud.wav is clipped: 2 of 1,000 samples (0.2 %) are beyond full scale, ±1.0. "
        "Lower its level by 6.1 dB to avoid that."
    )
    assert "(less than 0.1 %)" in note(tmp_path, [2.0, *[0.5] * 1999])


def test_full_scale_itself_and_no_number_are_not_clipped(tmp_path: Path) -> None:
    assert note(tmp_path, [1.0, -1.0, float("nan")]) == ""
    assert note(tmp_path, [float("inf"), 0.0]).endswith("Export it again at a lower level.")


@pytest.mark.parametrize(("channel", "is_clipped"), [("mix", False), ("left", False), ("right", True)])
def test_it_is_the_channel_that_is_sent_which_counts(tmp_path: Path, channel: Channel, is_clipped: bool) -> None:
    assert bool(note(tmp_path, [[0.0, 1.5]] * 10, channel)) is is_clipped


def test_other_recordings_are_not_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.ones(10), 16_000, subtype="PCM_24")
    assert clipping_note(open_recording(tmp_path / "a.wav")) == ""


def test_of_a_long_recording_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_scale, "SAMPLES_MAX", 1000)
    assert note(tmp_path, [*[0.0] * 100_000, 1.5]) == ""
    said = note(tmp_path, [2.0, *[0.0] * 100_000])
    assert " 1 of its first 32,768 samples " in said
    assert said.endswith("Lower its level by at least 6.1 dB to avoid that.")
