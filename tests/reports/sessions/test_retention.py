"""Tests of retention: nothing is deleted before the user has agreed; then the oldest go."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.reports.sessions import retention
from flux_desktop.reports.sessions.facts import About, write_about
from flux_desktop.reports.sessions.index import SessionIndex
from flux_desktop.reports.sessions.keeping import TRASH
from flux_desktop.reports.sessions.retention import (
    RULE_FILE,
    Retention,
    keep_to_rule,
    load_retention,
    overdue,
    save_retention,
)
from tests.reports.documents.recorded_run import recorded


def many(parent: Path, count: int) -> list[str]:
    names = []
    for number in range(count):
        folder = recorded(parent, connections=1, updates=2)
        names.append(folder.rename(parent / f"2026-01-{number + 1:02}_00-00-00").name)
        (parent / names[-1] / "audio.flac").write_bytes(bytes(1000))
    return names


def test_nothing_is_deleted_until_the_user_has_agreed(tmp_path: Path) -> None:
    names = many(tmp_path, 22)
    write_about(tmp_path / names[0], About(starred=True))
    assert keep_to_rule(tmp_path) is None  # far below 20 GB
    save_retention(tmp_path, Retention(max_gb=0))
    due = keep_to_rule(tmp_path)
    assert due is not None
    assert due.code == "retention_due"
    assert due.what.startswith("1 session (")
    assert "Nothing has been deleted" in due.why
    assert len(SessionIndex(tmp_path).sessions()) == 22
    save_retention(tmp_path, Retention(max_gb=0, agreed=True))
    done = keep_to_rule(tmp_path)
    assert done is not None
    assert done.code == "retention_done"
    assert [each.name for each in SessionIndex(tmp_path).sessions()] == [*names[:1:-1], names[0]]
    assert list((tmp_path / TRASH).iterdir()) == []
    assert keep_to_rule(tmp_path) is None


def test_sizes_count_every_file_of_a_session(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("flux_desktop.reports.sessions.keeping.KEEP_LAST", 0)
    many(tmp_path, 2)
    (newest, _oldest) = SessionIndex(tmp_path).sessions()
    assert newest.size_bytes > 1000
    rule = Retention(max_gb=1.5 * newest.size_bytes / 1e9)
    monkeypatch.setattr(retention, "surplus", lambda *args, **more: retention_surplus(*args, **more, keep_last=0))
    assert [each.name for each in overdue(tmp_path, rule)] == ["2026-01-01_00-00-00"]


def retention_surplus(*args, **more):
    from flux_desktop.reports.sessions.keeping import surplus

    return surplus(*args, **more)


def test_a_rule_that_cannot_be_read_is_the_default(tmp_path: Path) -> None:
    assert load_retention(tmp_path / "missing") == Retention()
    for content in ("{", '{"max_gb": -1}', '{"max_age_days": 0}', "\udcff"):
        (tmp_path / RULE_FILE).write_bytes(content.encode("utf-8", "surrogateescape"))
        assert load_retention(tmp_path) == Retention()
    rule = Retention(max_gb=5, max_age_days=90, agreed=True)
    save_retention(tmp_path, rule)
    assert load_retention(tmp_path) == rule
    assert "older than 90 days" in rule.sentence()
