"""The recording on disk and how it is read again."""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording import recording_file, session_folder
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.recording_file import RUN_FILE, worker_file
from flux_desktop.engine.recording.session_folder import create_session, read_session, run_end, session_named
from flux_desktop.engine.records.events import GeneratorsSeen, Notice, Received, RunEnded, RunStarted, encode_event
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from tests.recordings import append

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
STARTED = RunStarted(t=0.0, wall_time="2026-01-02T03:04:05+00:00", plan=PLAN, version="1")


def test_what_is_recorded_is_read_again_in_the_order_of_time(tmp_path):
    folder = create_session(tmp_path, STARTED)
    problems: list[Problem] = []
    events = {
        1: [Received(t=1.0, conn=1, type="TurnInfo", text="a"), Received(t=3.0, conn=1, type="TurnInfo", text="c")]
    }
    events[2] = [Received(t=2.0, conn=2, type="TurnInfo", text="b")]
    for number, worker_events in events.items():
        recorder = Recorder(folder / worker_file(number), problems.append)
        recorder.start()
        for event in worker_events:
            recorder.write(encode_event(event))
        recorder.close()
    assert [event.text for event in read_session(folder) if isinstance(event, Received)] == ["a", "b", "c"]
    assert problems == []
    assert stat.S_IMODE((folder / worker_file(1)).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_recording_that_is_cut_off_is_read_up_to_there(tmp_path):
    line = encode_event(Received(t=1.0, conn=1, type="TurnInfo", text="whole"))
    append(tmp_path / RUN_FILE, STARTED)
    (tmp_path / "worker-1.jsonl").write_bytes(line + line[:20])
    assert [event.text for event in read_session(tmp_path) if isinstance(event, Received)] == ["whole"]


def test_the_end_of_a_run_need_not_be_the_last_line(tmp_path):
    append(tmp_path / RUN_FILE, STARTED)
    assert run_end(tmp_path) is None
    ended = RunEnded(t=2.0, verdict=Verdict.DONE, ledger={"completed": 1})
    append(tmp_path / RUN_FILE, ended, GeneratorsSeen(t=2.1, rows=[]))
    assert run_end(tmp_path) == ended


def test_a_session_is_found_by_path_and_by_name(tmp_path, monkeypatch):
    usual = tmp_path / "usual"
    monkeypatch.setattr(session_folder, "default_sessions_dir", lambda: usual)
    monkeypatch.chdir(tmp_path)
    for folder in (usual / "one", usual / "two", tmp_path / "two"):
        folder.mkdir(parents=True)
    assert session_named("one") == usual / "one"
    assert session_named("two") == Path("two"), "what is here comes first"
    assert session_named("./one") == Path("one")
    assert session_named("usual/one") == Path("usual/one")
    assert session_named("none") == Path("none")


def test_a_disk_that_fails_is_told_of_once(tmp_path):
    problems: list[Problem] = []
    recorder = Recorder(tmp_path / "gone" / "run.jsonl", problems.append)
    recorder.start()
    for _ in range(3):
        recorder.write(encode_event(Notice(t=0.0, problem=Problem(code="x", what="y"))))
    recorder.close()
    assert [problem.code for problem in problems] == ["recording_failed"]


def test_sessions_of_the_same_second_do_not_share_a_folder(tmp_path):
    now = datetime(2026, 1, 2, 3, 4, 5)
    first, second = create_session(tmp_path, STARTED, now), create_session(tmp_path, STARTED, now)
    assert first.name == "2026-01-02_03-04-05"
    assert second.name == "2026-01-02_03-04-05_2"


def test_a_session_appears_whole_and_private(tmp_path):
    (tmp_path / f".new-{2**22 + 1}-2026-01-01_00-00-00").mkdir()  # of a process that was killed
    (tmp_path / f".new-{os.getpid()}-other").mkdir()  # of one that is still at it
    folder = create_session(tmp_path / "data" / "sessions", STARTED)
    second = create_session(tmp_path, STARTED)
    assert list(read_session(folder)) == [STARTED]
    for directory in (tmp_path / "data", folder.parent, folder, second):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / RUN_FILE).stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob(".new-*")) == [f".new-{os.getpid()}-other"]


def test_of_a_line_that_is_too_long_no_part_is_taken_for_an_event(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_file, "LINE_MAX_BYTES", 200)
    line = encode_event(Received(t=1.0, conn=1, type="TurnInfo", text="whole"))
    (tmp_path / "worker-1.jsonl").write_bytes(line + b"x" * 200 + line + line)
    assert [event.text for event in read_session(tmp_path)] == ["whole", "whole"]


def test_a_folder_without_a_recording_is_said_to_be_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no recording"):
        read_session(tmp_path)
