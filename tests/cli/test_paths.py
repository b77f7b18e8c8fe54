"""Whatever can be wrong with a path on the command line: one sentence, and exit status 2."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.paths import check_output, check_readable, sessions_folder
from flux_desktop.reports import files

LONG = "x" * 5_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one path of each kind."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "directory").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def output_folder(_: str, path: str) -> Path | None:
    return sessions_folder(argparse.Namespace(sessions_dir=path))


def refusal(check: Callable[[str, str], object], path: str) -> str:
    """The sentence, without the path."""
    with pytest.raises(ProblemError) as caught:
        check("--flag", path)
    problem = caught.value.problem
    assert problem.code == "path_invalid"
    assert problem.what.startswith(("--flag “", "--sessions-dir “"))
    assert len(problem.what) < 300
    assert "\n" not in problem.sentence()
    return problem.why


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "It is empty."),
        ("-", "It is standard input, which cannot be read more than once."),
        ("/dev/stdin", "It is standard input, which cannot be read more than once."),
        ("https://example.com/ca.pem", "It is a URL, and only local files can be used."),
        ("/dev/null", "It is a pipe or a device, not a regular file."),
        ("pipe", "It is a pipe or a device, not a regular file."),
        ("directory", "It is a directory."),
        ("missing", "No such file or directory."),
        ("dangling", "No such file or directory."),
        ("file/x", "Not a directory."),
        ("loop", "Too many levels of symbolic links."),
        (LONG, "File name too long."),
    ],
)
def test_what_cannot_be_read(path: str, why: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert refusal(check_readable, path) == why


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the refusal of the system is made up."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("builtins.open", refuse)
    assert refusal(check_readable, str(folder / "file")) == "Permission denied."


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "It is empty."),
        ("/dev/stdin", "It is standard input, which cannot be written."),
        ("s3://bucket/summary", "It is a URL, and only local files can be used."),
        ("directory", "Is a directory."),
        ("loop", "Too many levels of symbolic links."),
        (LONG, "File name too long."),
    ],
)
def test_what_cannot_be_written(path: str, why: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert refusal(check_output, path) == why


@pytest.mark.parametrize("path", ["missing/x", "file/x"])
def test_the_folder_that_is_the_reason_is_named(path: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    why = refusal(check_output, path)
    assert why.startswith(("No such file or directory: ", "Not a directory"))


def test_a_folder_that_may_not_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    assert refusal(check_output, str(folder / "new")) == "Permission denied."
    assert refusal(output_folder, str(folder / "directory")) == "Permission denied."


@pytest.mark.parametrize("path", ["-", "/dev/stdout", "/dev/null", "new", "file", "dangling", "pipe"])
def test_what_can_be_written(path: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    check_output("--flag", path)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "It is empty."),
        ("-", "It is a standard stream, not a directory."),
        ("/dev/stdin", "It is a standard stream, not a directory."),
        ("https://example.com/", "It is a URL, and only local files can be used."),
        ("/dev/null", "Not a directory."),
        ("pipe", "Not a directory."),
        ("file", "Not a directory."),
        ("file/x", "Not a directory."),
        ("loop", "Too many levels of symbolic links."),
        ("dangling", "No such file or directory."),
        (LONG, "File name too long."),
    ],
)
def test_what_is_no_folder_for_sessions(path: str, why: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert refusal(output_folder, path) == why


def test_a_folder_for_sessions_is_created_private(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    created = output_folder("--flag", "new/sessions")
    assert created == folder / "new/sessions"
    assert created.stat().st_mode & 0o777 == 0o700
    assert list(created.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux only")
def test_a_folder_in_which_nothing_can_be_created_is_refused() -> None:
    assert refusal(output_folder, "/proc").startswith("Nothing can be created in it: ")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux only")
def test_a_file_where_none_can_be_created_is_refused() -> None:
    assert refusal(check_output, "/proc/new") == "No such file or directory: /proc."


def test_the_check_leaves_nothing_behind(folder: Path) -> None:
    before = sorted(folder.iterdir())
    check_output("--flag", str(folder / "new"))
    assert sorted(folder.iterdir()) == before


def test_without_a_folder_of_ones_own_nothing_is_refused() -> None:
    assert sessions_folder(argparse.Namespace(sessions_dir=None)) is None


def test_a_pipe_without_a_reader_does_not_block(folder: Path) -> None:
    with pytest.raises(ProblemError, match="cannot be written"):
        files.write_whole(folder / "pipe", "x")
