"""The supervisor's part of a session folder."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.run_recording import RunRecording
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import Notice, RunStarted
from flux_desktop.engine.records.plan import RunPlan, WavSource

STARTED = RunStarted(
    t=0.0,
    wall_time="2026-01-01T00:00:00+00:00",
    plan=RunPlan(endpoint="local", source=WavSource(path="a.wav")),
    version="1",
)
NOTICE = Notice(t=1.0, problem=Problem(code="a", what="Something happened."))


def test_events_between_opening_and_closing_are_kept(tmp_path: Path) -> None:
    problems: list[Problem] = []
    recording = RunRecording(problems.append)
    recording.write(NOTICE)
    recording.open(tmp_path, STARTED)
    recording.write(NOTICE)
    recording.close(keep=True)
    recording.write(NOTICE)
    assert recording.folder is not None
    assert list(read_session(recording.folder)) == [STARTED, NOTICE]
    assert problems == []


def test_a_run_with_nothing_to_show_leaves_no_folder(tmp_path: Path) -> None:
    recording = RunRecording(lambda _: None)
    recording.open(tmp_path, STARTED)
    recording.close(keep=False)
    assert recording.folder is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    problems: list[Problem] = []
    recording = RunRecording(problems.append)
    recording.open(tmp_path / "file", STARTED)
    recording.write(NOTICE)
    recording.close(keep=True)
    assert [problem.code for problem in problems] == ["recording_failed"]
    assert recording.folder is None
