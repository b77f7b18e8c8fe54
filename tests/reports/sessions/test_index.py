"""Tests of the index of sessions."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flux_desktop.engine.recording.recording_file import worker_file
from flux_desktop.reports.findings import ExperimentReport, keep_experiment
from flux_desktop.reports.sessions.facts import About, write_about
from flux_desktop.reports.sessions.index import INDEX_FILE, SessionIndex
from tests.reports.documents.recorded_run import cut_off_after_start, failed, recorded


def names(parent: Path, search: str = "") -> list[str]:
    return [each.name for each in SessionIndex(parent).sessions(search)]


def test_sessions_are_listed_newest_first_and_searched(tmp_path: Path) -> None:
    first, second = recorded(tmp_path, connections=2), recorded(tmp_path, connections=1)
    assert names(tmp_path) == sorted([first.name, second.name], reverse=True)
    assert names(tmp_path, "hyperlink MY-FLUX") == [first.name]
    assert names(tmp_path, "nothing of that kind") == []


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    recorded(tmp_path)
    index = tmp_path / INDEX_FILE
    names(tmp_path)
    assert index.stat().st_mode & 0o077 == 0, "it has the transcripts"
    index.chmod(0o644)
    names(tmp_path)
    assert index.stat().st_mode & 0o077 == 0, "also one of an earlier version"


def test_it_follows_what_changes(tmp_path: Path) -> None:
    first, second = recorded(tmp_path), failed(tmp_path)
    names(tmp_path)
    write_about(second, About(note="the bad one"))
    assert names(tmp_path, "the bad one") == [second.name]
    shutil.rmtree(first)
    assert names(tmp_path) == [second.name]


def test_a_recording_that_was_damaged_since_is_no_longer_what_it_was(tmp_path: Path) -> None:
    (run_file,) = recorded(tmp_path).glob("run.jsonl*")
    names(tmp_path)
    run_file.write_bytes(b"\x00" * 64)
    (facts,) = SessionIndex(tmp_path).sessions()
    assert (facts.endpoint, facts.verdict) == ("", "CUT OFF")


def test_a_session_is_read_once(tmp_path: Path, monkeypatch) -> None:
    recorded(tmp_path)
    names(tmp_path)
    monkeypatch.setattr("flux_desktop.reports.sessions.index.read_facts", None)
    assert len(names(tmp_path)) == 1


def test_texts_are_read_again_only_with_the_recording(tmp_path: Path, monkeypatch) -> None:
    folder = recorded(tmp_path, connections=2)
    names(tmp_path)
    monkeypatch.setattr("flux_desktop.reports.sessions.index.texts_of", None)
    write_about(folder, About(starred=True))
    keep_experiment([folder], ExperimentReport(title="t", finding="B better", sentences=[], headings=[], rows=[]))
    (facts,) = SessionIndex(tmp_path).sessions("hyperlink")
    assert facts.about.starred
    assert facts.outcome == "B better"


def test_intervals_are_read_once(tmp_path: Path, monkeypatch) -> None:
    folder = recorded(tmp_path)
    index = SessionIndex(tmp_path)
    (session,) = index.with_intervals(index.sessions())
    update = session.intervals["update_p95_ms"]
    value, _ = session.figures["update_p95_ms"]
    assert (update.low or 0) <= value * 1.01
    assert value <= (update.high or 0) * 1.01
    monkeypatch.setattr("flux_desktop.reports.sessions.index.read_intervals", None)
    write_about(folder, About(starred=True))
    assert index.with_intervals(index.sessions())[0].intervals == session.intervals
    (tmp_path / INDEX_FILE).unlink()
    (tmp_path / INDEX_FILE).mkdir()
    assert index.with_intervals([session]) == [session], "without an index there are none but those given"


def test_a_recording_that_is_killed_is_no_longer_going_on(tmp_path: Path, monkeypatch) -> None:
    folder = recorded(tmp_path)
    cut_off_after_start(folder)
    monkeypatch.setattr("flux_desktop.reports.sessions.facts.is_locked", lambda _: True)
    assert [each.verdict for each in SessionIndex(tmp_path).sessions()] == ["RECORDING"]
    monkeypatch.undo()  # nothing of the files has changed
    assert [each.verdict for each in SessionIndex(tmp_path).sessions()] == ["CUT OFF"]


def test_a_session_without_its_run_file_is_listed_as_cut_off(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    index = SessionIndex(tmp_path)
    assert len(index.sessions()) == 1
    (run_file,) = folder.glob("run.jsonl*")
    run_file.rename(folder / worker_file(1))
    (tmp_path / "no session").mkdir()
    assert [(each.name, each.verdict) for each in index.sessions()] == [(folder.name, "CUT OFF")]


def test_a_damaged_index_is_built_again(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    for content in (b"no database", b"SQLite format 3\x00" + bytes(200)):
        (tmp_path / INDEX_FILE).write_bytes(content)
        assert names(tmp_path) == [folder.name]


def test_a_lock_of_another_program_does_no_harm(tmp_path: Path, monkeypatch) -> None:
    folder = recorded(tmp_path)
    names(tmp_path)
    before = (tmp_path / INDEX_FILE).stat().st_ino
    monkeypatch.setattr("flux_desktop.reports.sessions.index._BUSY_S", 0.01)
    with contextlib.closing(sqlite3.connect(tmp_path / INDEX_FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert names(tmp_path) == [folder.name]
        other.execute("ROLLBACK")
    assert names(tmp_path) == [folder.name]
    assert (tmp_path / INDEX_FILE).stat().st_ino == before, "it is the index of both"


def test_several_programs_build_it_at_once(tmp_path: Path, caplog) -> None:
    expected = sorted((recorded(tmp_path, connections=1, updates=2).name for _ in range(6)), reverse=True)
    with ThreadPoolExecutor(4) as pool:  # each call has a connection of its own, as a program has
        listings = list(pool.map(lambda _: names(tmp_path), range(8)))
    assert listings == [expected] * 8
    assert caplog.records == []


def test_a_session_that_is_deleted_meanwhile_is_left_out(tmp_path: Path, monkeypatch, caplog) -> None:
    folder = recorded(tmp_path)
    deleted_folder = tmp_path / "2026-01-01_00-00-00"
    monkeypatch.setattr("flux_desktop.reports.sessions.index.folders_in", lambda _: [deleted_folder, folder])
    assert names(tmp_path) == [folder.name]
    assert caplog.records == []


def test_without_a_place_for_the_index_the_sessions_are_listed(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    (tmp_path / INDEX_FILE).mkdir()
    assert names(tmp_path) == [folder.name]
    assert names(tmp_path / "missing") == []
