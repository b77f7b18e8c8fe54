"""Files that are whole or not there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.reports.files import check_writable, write_whole


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_whole(path, "first ✓")
    assert path.read_text(encoding="utf-8") == "first ✓"
    path.chmod(0o640)
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path], "nothing half is left"


def test_a_new_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    write_whole(tmp_path / "new", "x")
    (tmp_path / "other").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_new_file_in_a_private_folder_is_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    write_whole(tmp_path / "new", "x")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


def test_a_failure_keeps_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProblemError) as caught:
        write_whole(path, "new")
    assert caught.value.problem.code == "file_not_written"
    assert "No space left on device" in caught.value.problem.why
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_of_the_same_file_goes(tmp_path: Path) -> None:
    left, others = tmp_path / f".summary.json.{2**22 + 1}-abc.part", tmp_path / f".summary.json.{os.getpid()}-abc.part"
    for path in (left, others, tmp_path / ".other.part"):
        path.write_text("half")
    write_whole(tmp_path / "summary.json", "whole")
    assert not left.exists()
    assert others.exists(), "that process is still at it"
    assert (tmp_path / ".other.part").exists()


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="cannot be written"):
        write_whole(tmp_path / "no" / "such" / "file", "x")


def test_a_pipe_is_written_to_not_replaced(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(fifo, "x")
        assert os.read(reader, 10) == b"x"
        assert stat.S_ISFIFO(fifo.stat().st_mode)
    finally:
        os.close(reader)


def test_what_cannot_be_written_is_known_before(tmp_path: Path) -> None:
    check_writable(tmp_path / "new")
    check_writable(Path(os.devnull))
    for path in (tmp_path, tmp_path / "no" / "file", Path("/proc/1/file")):
        with pytest.raises(ProblemError, match="cannot be written"):
            check_writable(path)
