"""What is known about a data set before its run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.sending.data_set_check import checked_data_set, first_of, fresh_connections, with_source

RATE_HZ = 16_000


def test_entries_without_audio_are_noted_and_refused_when_strict(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(RATE_HZ, 1000, np.int16), RATE_HZ)
    path = tmp_path / "t.csv"
    path.write_text("file,text\na.wav,x\n" + "".join(f"gone{number}.wav,x\n" for number in range(7)))
    _, notes = checked_data_set(DataSetSource(path=str(path)))
    assert len(notes) == 6
    assert "2 more" in notes[-1]
    with pytest.raises(ProblemError, match="gone0"):
        checked_data_set(DataSetSource(path=str(path), strict=True))


def test_recordings_with_samples_beyond_full_scale_are_counted(tmp_path: Path) -> None:
    for name, level in (("a", 0.5), ("b", 1.5), ("c", 1.0)):
        soundfile.write(tmp_path / f"{name}.wav", np.full(RATE_HZ, level), RATE_HZ, subtype="FLOAT")
    _, notes = checked_data_set(DataSetSource(path=str(tmp_path)))
    sentence = "Clipped, having samples beyond full scale: 1 of {} recordings. Lower their level."
    assert notes == [sentence.format(3)]
    table = tmp_path / "t.csv"
    table.write_text("file,text\nb.wav,x\nb.wav,y\n")
    assert checked_data_set(DataSetSource(path=str(table)))[1] == [sentence.format(1)]


def test_a_clip_that_is_left_out_has_no_connection_of_its_own() -> None:
    source = DataSetSource(path="clips", fresh_connection=True, passes=3)
    plan = fresh_connections(RunPlan(endpoint="local", source=source, connections=2), 5)
    assert (plan.connections, plan.held_max) == (15, 2)
    checked = DataSetSource(path="clips", fresh_connection=True, passes=3, left_out=(1, 4))
    assert with_source(plan, checked).connections == 9


def test_without_bad_entries_there_is_just_nothing_to_send() -> None:
    assert first_of([]) == "It has no clip that can be streamed."
