"""The supervisor's part of a session folder."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.run_recording import RunRecording
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import Notice, RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource

STARTED = RunStarted(
    t=0.0,
    wall_time="2026-01-01T00:00:00+00:00",
    plan=RunPlan(endpoint="local", source=WavSource(path="a.wav")),
    version="1",
)
ENDED = RunEnded(t=20.0, verdict=Verdict.DONE, ledger={"completed": 1})
NOTICE = Notice(t=1.0, problem=Problem(code="a", what="Something happened."))


def test_events_between_opening_and_closing_are_kept(tmp_path: Path) -> None:
    losses: list[Notice] = []
    recording = RunRecording(losses.append, lambda: 4.0)
    recording.write(NOTICE)
    recording.open(tmp_path, STARTED)
    recording.write(NOTICE)
    recording.close(keep=True)
    recording.write(NOTICE)
    assert recording.folder is not None
    assert list(read_session(recording.folder)) == [STARTED, NOTICE]
    assert losses == []


def test_a_run_with_nothing_to_show_leaves_no_folder(tmp_path: Path) -> None:
    recording = RunRecording(lambda _: None, lambda: 4.0)
    recording.open(tmp_path, STARTED)
    recording.close(keep=False)
    assert recording.folder is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    losses: list[Notice] = []
    recording = RunRecording(losses.append, lambda: 4.0)
    recording.open(tmp_path / "file", STARTED)
    recording.write(NOTICE)
    recording.close(keep=True)
    assert [(loss.t, loss.problem.code) for loss in losses] == [(4.0, "recording_failed")]
    assert recording.folder is None
    assert recording.marked(ENDED).unrecorded == (
        "The run was not recorded. The session folder could not be created: File exists."
    )


def test_the_end_says_what_the_recording_lacks_since_its_first_loss(tmp_path: Path) -> None:
    recording = RunRecording(lambda _: None, lambda: 4.0)
    recording.open(tmp_path, STARTED)
    assert recording.marked(ENDED) == ENDED
    for t, file, machine in (
        (12.34, "worker-1.jsonl.gz", ""),
        (13.0, "worker-2.jsonl.gz", ""),
        (14.0, "worker-3.jsonl.gz", "Generator b: "),
    ):
        why = f"{file} could not be written: No space left on device."
        recording.write(Notice(t=t, problem=Problem(code="recording_failed", what=f"{machine}No.", why=why)))
    recording.write(ENDED)
    recording.close(keep=True)
    assert recording.folder is not None
    *_, ended = read_session(recording.folder)
    assert ended == recording.marked(ENDED)
    assert isinstance(ended, RunEnded)
    assert ended.unrecorded == (
        "The recording is incomplete from 12.3 s of the run on: "
        "worker-1.jsonl.gz could not be written: No space left on device. "
        "The recording is incomplete from 14.0 s of the run on: "
        "Generator b: worker-3.jsonl.gz could not be written: No space left on device."
    )


def test_recordings_that_stayed_on_generators_are_all_named(tmp_path: Path) -> None:
    recording = RunRecording(lambda _: None, lambda: 4.0)
    recording.open(tmp_path, STARTED)
    named = "The recording worker-{}.jsonl.gz was not fetched from generator b, folder /tmp."
    first, second = (named.format(number) for number in (1, 2))
    for what in (first, second):
        recording.write(Notice(t=9.0, problem=Problem(code="recording_not_fetched", what=what, todo="Copy it.")))
    recording.close(keep=True)
    assert recording.marked(ENDED).unrecorded == f"The recording is incomplete. {first} Copy it. {second}"
