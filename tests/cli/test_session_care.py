"""Around a run on the command line: too little room and old sessions are told in a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flux_desktop.cli.session_care import after_run, before_run
from flux_desktop.reports.sessions import digest, retention
from flux_desktop.reports.sessions.digest import DIGEST_FILE
from flux_desktop.reports.sessions.retention import Retention, save_retention
from tests.reports.documents.recorded_run import recorded


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sessions, of which a rule deletes one."""
    recorded(tmp_path, connections=1, updates=2)
    newest = recorded(tmp_path, connections=1, updates=2)
    keep = retention.surplus
    monkeypatch.setattr(retention, "surplus", lambda *args, **more: keep(*args, **more, keep_last=1))
    return newest


def test_too_little_room_is_told_before_the_run(tmp_path: Path, capsys) -> None:
    before_run(1e10, tmp_path)
    assert "This run will write about 500,000.0 GB; " in capsys.readouterr().err
    before_run(None, tmp_path)
    assert capsys.readouterr().err == ""


def test_nothing_is_deleted_before_the_user_has_agreed(old: Path, capsys) -> None:
    save_retention(old.parent, Retention(max_gb=0.000001))
    after_run([old])
    stderr = capsys.readouterr().err
    assert "Nothing has been deleted yet" in stderr
    assert "sessions retention --agree" in stderr
    save_retention(old.parent, Retention(max_gb=0.000001, agreed=True))
    after_run([old])
    assert re.search(r"1 session \(\d+ kB\) deleted", capsys.readouterr().err)
    assert [path.name for path in old.parent.iterdir() if path.name[:1].isdigit()] == [old.name]
    after_run([None])


def test_a_large_recording_gets_its_digest(tmp_path: Path, monkeypatch, capsys) -> None:
    folder = recorded(tmp_path)
    after_run([folder])
    assert not (folder / DIGEST_FILE).exists()
    monkeypatch.setattr(digest, "WORTH_BYTES", 10)
    after_run([folder])
    assert (folder / DIGEST_FILE).exists()
