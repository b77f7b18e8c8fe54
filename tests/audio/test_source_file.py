"""Paths that cannot be opened as audio: one accurate sentence for each."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from flux_desktop.audio.source_file import is_pipe, open_audio, open_problem
from flux_desktop.base.problem import Problem, ProblemError


def refused(path: str | Path) -> Problem:
    with pytest.raises(ProblemError) as caught:
        open_audio(path).close()
    return caught.value.problem


def test_a_regular_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"abc")
    with open_audio(tmp_path / "a.wav") as file:
        assert file.read() == b"abc"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.wav", "The audio file {}/missing.wav does not exist."),
        ("a.wav/b.wav", "The audio file {}/a.wav/b.wav does not exist."),
        ("https://example.com/a.wav", "Download it"),
    ],
)
def test_a_path_that_leads_nowhere(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "a.wav").touch()
    problem = refused(f"{tmp_path}/{name}")
    assert problem.code == "audio_not_found"
    assert sentence.format(tmp_path) in problem.sentence()


def test_an_empty_path_and_one_with_a_null_character() -> None:
    assert refused("").what == "The name of the audio file is empty."
    assert "null character" in refused("a\0.wav").why


def test_a_name_that_is_too_long_is_not_repeated_in_full(tmp_path: Path) -> None:
    problem = refused(tmp_path / ("a" * 300 + ".wav"))
    assert (problem.code, problem.why) == ("audio_unreadable", "The path is longer than this system allows.")
    assert len(problem.what) < 250


def test_links_in_a_loop(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to(tmp_path / "b.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    assert refused(tmp_path / "a.wav").why == "Its symbolic links form a loop."


def test_what_is_not_a_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")  # opening it would wait for a writer
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        for path, kind in (
            (tmp_path, "a folder"),
            (tmp_path / "pipe.wav", "a pipe"),
            (tmp_path / "s", "a socket"),
            ("/dev/null", "a device"),
        ):
            problem = refused(path)
            assert problem.code == "audio_unreadable"
            assert f"is {kind}, not an audio file." in problem.what
    assert is_pipe(tmp_path / "pipe.wav")
    assert not is_pipe(tmp_path)
    assert not is_pipe("a\0")


def test_a_file_that_may_not_be_read() -> None:
    problem = open_problem("a.wav", PermissionError(errno.EACCES, "Permission denied"))
    assert problem.sentence() == (
        "The audio file a.wav cannot be read. Permission denied. Check the permissions of the file and of its folders."
    )


def test_any_other_failure_is_quoted_from_the_system() -> None:
    problem = open_problem("a.wav", OSError(errno.EIO, "Input/output error"))
    assert (problem.code, problem.why) == ("audio_unreadable", "Input/output error.")
