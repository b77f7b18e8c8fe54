"""Tests of deletion, retention and exchange of sessions."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.work_share import WorkEndedError
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.recording_file import RUN_FILE, worker_file
from flux_desktop.reports.sessions.facts import About, SessionFacts
from flux_desktop.reports.sessions.keeping import delete, empty_trash, export, import_session, restore, surplus
from tests.recordings import content
from tests.reports.documents.recorded_run import recorded

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def session(day: int, size_bytes: int = 10, *, starred: bool = False) -> SessionFacts:
    return SessionFacts(
        name=f"2026-01-{day:02}",
        wall_time=f"2026-01-{day:02}T12:00:00+00:00",
        size_bytes=size_bytes,
        about=About(starred=starred),
    )


def test_deleting_can_be_undone_until_the_trash_is_emptied(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    content = (folder / RUN_FILE).read_bytes()
    delete(tmp_path, folder.name)
    assert not folder.exists()
    restore(tmp_path, folder.name)
    assert (folder / RUN_FILE).read_bytes() == content
    delete(tmp_path, folder.name)
    empty_trash(tmp_path)
    with pytest.raises(ProblemError, match="no session named"):
        restore(tmp_path, folder.name)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "nothing"])
def test_only_a_session_can_be_deleted(name: str, tmp_path: Path) -> None:
    recorded(tmp_path)
    with pytest.raises(ProblemError, match="no session named"):
        delete(tmp_path, name)


def test_a_session_that_is_being_recorded_stays(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    file = folder / worker_file(2)
    recorder = Recorder(file, lambda problem: None)
    recorder.start()
    recorder.write(b"{}\n")
    try:
        while not file.exists() or b"{}\n" not in content(file):
            pass
        with pytest.raises(ProblemError, match="is being recorded"):
            delete(tmp_path, folder.name)
    finally:
        recorder.close()
    assert folder.exists()


def test_retention_keeps_the_newest_and_the_starred() -> None:
    sessions = [session(1), session(2, starred=True), session(3), session(4), session(5)]
    assert [each.name for each in surplus(sessions, NOW, max_bytes=0, keep_last=2)] == ["2026-01-01", "2026-01-03"]
    assert surplus(sessions, NOW, max_bytes=50, keep_last=0) == []
    assert [each.name for each in surplus(sessions, NOW, max_bytes=30, keep_last=0)] == ["2026-01-01"]
    old = surplus(sessions, NOW, max_bytes=10**9, max_age=timedelta(days=56), keep_last=0)
    assert [each.name for each in old] == ["2026-01-01", "2026-01-03"]


def test_a_session_travels_as_one_file(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "a")
    target = tmp_path / "one.zip"
    export(tmp_path / "a", folder.name, target)
    assert import_session(tmp_path / "b", target) == folder.name
    assert import_session(tmp_path / "b", target) == f"{folder.name}_2"
    copied = tmp_path / "b" / folder.name
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


@pytest.mark.parametrize(
    "names",
    [
        ["../evil/run.jsonl"],
        ["/etc/run.jsonl"],
        ["a/b/run.jsonl"],
        ["a/run.jsonl", "b/run.jsonl"],
        ["a/other.jsonl"],
        [".hidden/run.jsonl"],
        ["run.jsonl"],
        [],
    ],
)
def test_what_is_no_exported_session_is_refused_and_leaves_nothing(names: list[str], tmp_path: Path) -> None:
    source = tmp_path / "evil.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    with pytest.raises(ProblemError, match=r"cannot be imported\..*Choose a zip file"):
        import_session(tmp_path / "b", source)
    assert list((tmp_path / "b").iterdir()) == []


def test_what_is_no_zip_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no zip")
    for name, why in (("x.zip", "no zip file, or is damaged. Choose a zip file"), ("missing.zip", "No such file")):
        with pytest.raises(ProblemError, match=f"cannot be imported.*{why}"):
            import_session(tmp_path / "b", tmp_path / name)


def test_an_exchange_reports_its_progress_and_leaves_nothing_when_it_is_ended(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "sessions")
    target = tmp_path / "one.zip"
    shares: list[float] = []

    def watch(share: float) -> bool:
        shares.append(share)
        return True

    export(tmp_path / "sessions", folder.name, target, watch)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    shares.clear()
    import_session(tmp_path / "there", target, watch)
    assert shares[-1] == 1.0
    for ended in (
        lambda: export(tmp_path / "sessions", folder.name, tmp_path / "other.zip", lambda _: False),
        lambda: import_session(tmp_path / "elsewhere", target, lambda _: False),
    ):
        with pytest.raises(WorkEndedError):
            ended()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "one.zip", "sessions", "there"]
    assert list((tmp_path / "elsewhere").iterdir()) == []
