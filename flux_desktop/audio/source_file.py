"""Opening an audio file by the path that a user gave; every way in which that fails is one `Problem`."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from flux_desktop.base.problem import Problem, ProblemError

_SHOWN_CHARACTERS = 200
_CHOOSE = "Choose an audio file."


def open_audio(path: str | Path) -> BinaryIO:
    """Open a regular file for reading; blocks on a slow disk.

    Raises `ProblemError`: ``audio_not_found``, or ``audio_unreadable`` for everything that exists but is not a
    readable regular file. A pipe is refused, as a run reads its audio more than once: see `audio.piped`.
    """
    if (problem := path_problem(path)) is not None:
        raise ProblemError(problem)
    try:
        return open(path, "rb")
    except OSError as error:
        raise ProblemError(open_problem(path, error)) from error


def path_problem(path: str | Path) -> Problem | None:
    """Why there is no regular file of this path; None if there is one, readable or not."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # a ValueError: the path contains a null character
        return open_problem(path, error)
    return None if stat.S_ISREG(mode) else _not_regular(path, mode)


def is_pipe(path: str | Path) -> bool:
    """Whether the path names a pipe, such as the one of ``<(command)`` in a shell."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def file_sha256(path: Path) -> str:
    """The hash of a file's content as hexadecimal digits. Blocks; raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_problem(path: str | Path, error: OSError | ValueError) -> Problem:
    """Why the path cannot be opened or read, in the user's terms."""
    code, shown = "audio_unreadable", _shown(path)
    if isinstance(error, ValueError):
        why, todo = "A path cannot contain a null character.", "Check the path."
        return Problem(code="audio_not_found", what="The path of the audio file is not valid.", why=why, todo=todo)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        code, what, why = "audio_not_found", f"The audio file {shown} does not exist.", ""
        todo = "Check the path; the file may have been moved or renamed."
        if "://" in str(path):
            what, todo = f"{shown} is a network address, not an audio file.", "Download it, and choose the copy."
        elif not str(path):
            what, todo = "The name of the audio file is empty.", _CHOOSE
        return Problem(code=code, what=what, why=why, todo=todo)
    reasons = {
        errno.ENAMETOOLONG: ("The path is longer than this system allows.", "Check the path."),
        errno.ELOOP: ("Its symbolic links form a loop.", "Choose the file that the link was meant for."),
        errno.EACCES: ("Permission denied.", "Check the permissions of the file and of its folders."),
        errno.EMFILE: (
            "This program has too many open files.",
            "Use fewer connections, or raise the limit: ulimit -n.",
        ),
    }
    reason = (f"{error.strerror or error}.", "Check the disk, or choose another file.")
    why, todo = reasons.get(error.errno or 0, reason)
    return Problem(code=code, what=f"The audio file {shown} cannot be read.", why=why, todo=todo)


def _not_regular(path: str | Path, mode: int) -> Problem:
    shown = _shown(path)
    if stat.S_ISDIR(mode):
        return Problem(code="audio_unreadable", what=f"{shown} is a folder, not an audio file.", todo=_CHOOSE)
    if stat.S_ISFIFO(mode):
        why = "A pipe can be read only once."
        todo = "Save the audio to a file, or give the pipe to flux-stress file."
        return Problem(code="audio_unreadable", what=f"{shown} is a pipe, not an audio file.", why=why, todo=todo)
    kind = "a socket" if stat.S_ISSOCK(mode) else "a device"
    return Problem(code="audio_unreadable", what=f"{shown} is {kind}, not an audio file.", todo=_CHOOSE)


def _shown(path: str | Path) -> str:
    text = str(path)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
