"""The clips of a recorded run."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, SAMPLE_RECORDING, resource_path
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, Source, WavSource
from flux_desktop.experiments.session_clips import clips_of_plan


def clips(source: Source) -> int:
    return len(clips_of_plan(RunPlan(endpoint="e", source=source), Path("session")))


def test_a_recording_is_one_clip_and_a_data_set_all_of_its_own() -> None:
    assert clips(WavSource(path=str(resource_path(SAMPLE_RECORDING)))) == 1
    assert clips(DataSetSource(path=str(resource_path(SAMPLE_DATA_SET)))) == 29


def test_recordings_that_are_gone_or_never_were_are_named() -> None:
    with pytest.raises(ProblemError, match=r"data set /x/gone.jsonl cannot be used: There is no such") as caught:
        clips(DataSetSource(path="/x/gone.jsonl"))
    assert "Put it back" in caught.value.problem.todo
    with pytest.raises(ProblemError, match=r"recording /x/gone.wav does not exist"):
        clips(WavSource(path="/x/gone.wav"))
    with pytest.raises(ProblemError, match="microphone"):
        clips(MicrophoneSource())
