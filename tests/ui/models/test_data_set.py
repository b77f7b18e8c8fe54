"""What the window knows of a data set, and how long a run with it lasts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import FRESH, OWN, SAME, DataSetShape, name_of, read_data_set_shape
from flux_desktop.ui.models.ramp import STAGES, Ramp, planned_seconds

RATE_HZ = 8_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    for name, channels in (("a.wav", 1), ("b.flac", 2)):
        soundfile.write(folder / name, np.full((RATE_HZ * 3, channels), 500, np.int16), RATE_HZ)
    (folder / "a.txt").write_text("hello")
    (folder / "c.mp3").write_bytes(b"nothing")
    return folder


def test_a_folder_is_described_with_what_cannot_be_used(folder: Path) -> None:
    shape = read_data_set_shape(folder)
    assert (shape.name, shape.facts(), shape.contents()) == ("calls", "2 clips · 0.1 min", "1 clip without text")
    assert shape.problems() == "1 of 3 entries cannot be used"
    assert (shape.channels, shape.listed) == (2, 3)
    assert "c.mp3" in shape.bad[0].where


def test_the_bundled_one_has_turns_and_holds() -> None:
    path = resource_path(SAMPLE_DATA_SET)
    shape = read_data_set_shape(path)
    assert shape.name == "Sample data set"
    assert shape.facts().startswith("29 clips · 12.")
    assert shape.contents() == "119 turns · 217 holds"


def test_names() -> None:
    names = {"sample": "Sample data set", "/x/calls/manifest.jsonl": "calls", "/x/other.jsonl": "other.jsonl"}
    assert {path: name_of(Path(path)) for path in names} == names


def test_nothing_that_can_be_decoded_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "c.mp3").write_bytes(b"nothing")
    with pytest.raises(ProblemError, match="None of its recordings can be decoded"):
        read_data_set_shape(tmp_path)


def test_a_clip_is_no_longer_than_its_part_of_the_file(folder: Path) -> None:
    rows = [{"audio_filepath": "a.wav", "offset": 2.5}, {"audio_filepath": "a.wav", "duration": 3.4}]
    (folder / "m.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    assert read_data_set_shape(folder / "m.jsonl").durations_s == (0.5, 3.0)


def shape_of(*durations_s: float | None) -> DataSetShape:
    clips = tuple(Clip(path=Path(f"{number}.wav"), text="") for number in range(len(durations_s)))
    return DataSetShape(Path("d"), clips, durations_s, len(clips))


@pytest.mark.parametrize(
    ("assignment", "connections", "expected_s"),
    [
        (OWN, 1, 64.0),
        (OWN, 2, 32.0),
        (OWN, 4, 16.0),
        (OWN, 9, 16.0),
        (SAME, 3, 64.0),
        (FRESH, 2, 32.0),
        (FRESH, 3, 32.0),
    ],
)
def test_the_length_of_a_run_is_that_of_its_longest_connection(
    assignment: str, connections: int, expected_s: float
) -> None:
    state = AppState()
    state.data_set = shape_of(14.0, 14.0, 14.0, 14.0)
    state.choices.assignment, state.choices.connections = assignment, connections
    assert state.planned_s() == pytest.approx(expected_s)
    state.data_set = shape_of(14.0, None)
    assert state.planned_s() is None


def test_the_plan_of_each_assignment() -> None:
    state = AppState()
    state.data_set = shape_of(1.0, 2.0, 3.0)
    state.choices.connections, state.choices.duration_s = 2, 60.0
    plans: dict[str, RunPlan] = {}
    for assignment in (OWN, FRESH, SAME):
        state.choices.assignment = assignment
        assert state.has_audio
        assert state.source is not None
        plans[assignment] = state.plan(state.source)
    assert [(plan.connections, plan.held_max, plan.duration_s) for plan in plans.values()] == [
        (2, 0, 60.0),
        (3, 2, None),
        (2, 0, 60.0),
    ]
    assert plans[SAME].source == DataSetSource(path="d", at_once=True)
    assert planned_seconds(plans[OWN], 5.0) == 60.0, "a duration is filled with further clips"


def test_stages_and_fresh_connections_exclude_each_other() -> None:
    state = AppState()
    state.data_set = shape_of(1.0)
    state.choices.assignment, state.choices.ramp = FRESH, Ramp(way=STAGES, stages="2x3s")
    assert state.source is not None
    with pytest.raises(ProblemError, match="ramp in stages"):
        state.plan(state.source)
