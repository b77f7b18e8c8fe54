"""Tests of the digest: a session opened by it shows what it shows when read as a whole."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from flux_desktop.engine.recording.recording_file import RUN_FILE, worker_file
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    Received,
    RunEnded,
    RunStarted,
    Snapshot,
)
from flux_desktop.reports.sessions import digest
from flux_desktop.reports.sessions.digest import DIGEST_FILE, Digest, is_worth_it, open_digest, write_digest
from tests.engine.messages import Messages
from tests.recordings import append
from tests.ui import scripted


def session(folder: Path, events: list[Event]) -> Path:
    folder.mkdir()
    append(folder / RUN_FILE, *(event for event in events if isinstance(event, RunStarted | RunEnded)))
    append(folder / worker_file(1), *(event for event in events if not isinstance(event, RunStarted | RunEnded)))
    return folder


def test_the_run_and_each_connection_stand_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "TEXTS_KEPT", 5)
    monkeypatch.setattr(digest, "UPDATES_KEPT", 7)
    events = scripted.scripted_run(2)
    folder = session(tmp_path / "s", events)
    opened = open_digest(folder)
    assert opened.connections == [1, 2]
    run = opened.run()
    assert isinstance(run[-1], RunEnded)
    assert not [event for event in run if isinstance(event, Received)]
    rows = {row.conn: row for event in events if isinstance(event, Snapshot) for row in event.rows}
    last = [event for event in run if isinstance(event, Snapshot)][-1]
    assert {row.conn: row for row in last.rows} == rows
    digest_messages = [event for event in opened.connection(2) if isinstance(event, Received)]
    recorded_messages = [event for event in events if isinstance(event, Received) and event.conn == 2]
    assert digest_messages[-5:] == recorded_messages[-5:]
    assert not any(event.text for event in digest_messages[:-5])
    turns = [event.turn for event in recorded_messages if event.turn is not None and event.turn.ended_by]
    assert [event.turn for event in digest_messages if event.turn is not None and event.turn.ended_by] == turns
    older = [event for event in recorded_messages[:-5] if event.turn_event == "Update"][-7:]
    assert [event.user_latency_ms for event in digest_messages[:-5] if event.turn_event == "Update"] == [
        event.user_latency_ms for event in older
    ]
    assert isinstance(opened.connection(2)[-1], ConnectionEnded)
    assert opened.connection(3) == []


def test_an_update_after_a_lost_end_keeps_the_turn_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "TEXTS_KEPT", 1)
    messages = Messages()
    texts = [scripted.turn_info("Update", index, index, 1.0, f"turn {index}", 0.1) for index in range(3)]
    events: list[Event] = [messages.received(n, 1, text) for n, text in enumerate(texts)]
    opened = open_digest(session(tmp_path / "s", [scripted.scripted_run(1)[0], *events]))
    closed = [event.closed_turn for event in opened.connection(1) if isinstance(event, Received)]
    assert [turn.transcript for turn in closed if turn is not None] == ["turn 0", "turn 1"]


def test_a_digest_that_is_old_or_damaged_is_made_again(tmp_path: Path) -> None:
    folder = session(tmp_path / "s", scripted.scripted_run(1))
    with pytest.raises(FileNotFoundError):
        Digest(folder)
    write_digest(folder)
    assert (folder / DIGEST_FILE).stat().st_mode & 0o777 == 0o600
    append(folder / worker_file(1), *scripted.scripted_run(1)[-2:-1])
    with pytest.raises(zipfile.BadZipFile, match="older"):
        Digest(folder)
    open_digest(folder)
    (folder / DIGEST_FILE).write_bytes(b"no zip")
    assert open_digest(folder).connections == [1]
    assert sorted(path.name for path in folder.iterdir()) == [DIGEST_FILE, RUN_FILE, worker_file(1)]


def test_small_recordings_need_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = session(tmp_path / "s", scripted.scripted_run(1))
    assert not is_worth_it(folder)
    monkeypatch.setattr(digest, "WORTH_BYTES", 10)
    assert is_worth_it(folder)


def test_half_an_hour_of_two_connections_is_worth_a_digest(tmp_path: Path) -> None:
    (tmp_path / "worker-1.jsonl.gz").write_bytes(bytes(2 * 30 * 60 * 300))
    assert digest.is_worth_it(tmp_path)
