"""Audio from a pipe, copied to a file: a run reads its audio more than once, and from several processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from flux_desktop.audio.source_file import is_pipe, open_problem
from flux_desktop.base.problem import Problem, ProblemError

STANDARD_INPUT = "-"
PIPED_BYTES_MAX = 2 * 1024**3
_BLOCK_BYTES = 1 << 20


def is_piped(path: str) -> bool:
    """Whether the path is ``-`` for standard input, or names a pipe."""
    return path == STANDARD_INPUT or is_pipe(path)


def save_piped(path: str, folder: Path) -> Path:
    """Copy a pipe (``-``: standard input) to its end into a file in `folder`; blocks until the writer closes it.

    Raises `ProblemError` ``audio_unreadable``, also when more than `PIPED_BYTES_MAX` bytes come.
    """
    try:
        if path != STANDARD_INPUT:
            with open(path, "rb") as source:
                return _save(source, folder / "piped-audio")
        if sys.stdin is None or sys.stdin.isatty():
            raise ProblemError(
                Problem(
                    code="audio_unreadable",
                    what="Standard input is not connected to any audio.",
                    why="With --file -, audio is read from a pipe or a redirected file.",
                    todo="Pipe audio into the command: sox talk.mp3 -t wav - | flux-stress file ENDPOINT --file -",
                )
            )
        return _save(sys.stdin.buffer, folder / "standard-input")
    except OSError as error:
        raise ProblemError(open_problem(path, error)) from error


def _save(source: BinaryIO, target: Path) -> Path:
    saved_bytes = 0
    with target.open("wb") as file:
        while block := source.read(_BLOCK_BYTES):
            saved_bytes += len(block)
            if saved_bytes > PIPED_BYTES_MAX:
                raise ProblemError(
                    Problem(
                        code="audio_unreadable",
                        what="The pipe delivers more audio than can be used.",
                        why=f"The limit is {PIPED_BYTES_MAX // 1024**3} GiB.",
                        todo="Save the audio to files of less than that.",
                    )
                )
            file.write(block)
    return target
