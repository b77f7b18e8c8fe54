"""Paths given on the command line: whatever is wrong with one is reported in a sentence, before anything connects."""

from __future__ import annotations

import argparse
import errno
import os
import re
import stat
from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.recording.session_folder import make_private_folder, try_sessions_folder
from flux_desktop.reports.files import check_writable

STDOUT_NAMES = frozenset({"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
_STDIN_NAMES = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_SHOWN_CHARS_MAX = 120


def check_readable(flag: str, path: str) -> None:
    """Require a regular file that can be opened; raises `ProblemError` (path_invalid)."""
    _require_path(flag, path)
    if path == "-" or path in _STDIN_NAMES:
        raise path_invalid(flag, path, "It is standard input, which cannot be read more than once.")
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise path_invalid(flag, path, "It is a directory.")
        if not stat.S_ISREG(mode):
            raise path_invalid(flag, path, "It is a pipe or a device, not a regular file.")
        with open(path, "rb"):
            pass
    except OSError as error:
        raise path_invalid(flag, path, _reason(error)) from error


def check_output(flag: str, path: str) -> None:
    """Require a file that can be created or replaced, or standard output; raises `ProblemError` (path_invalid)."""
    _require_path(flag, path)
    if path in STDOUT_NAMES:
        return
    if path in _STDIN_NAMES:
        raise path_invalid(flag, path, "It is standard input, which cannot be written.")
    try:
        check_writable(Path(path))
    except ProblemError as error:
        raise path_invalid(flag, path, error.problem.why) from error


def sessions_folder(args: argparse.Namespace) -> Path | None:
    """The folder of `--sessions-dir`, in which sessions can be kept; None without it.

    Raises `ProblemError` (path_invalid): whoever names a folder does not want a run that is not recorded.
    """
    return None if args.sessions_dir is None else _output_folder("--sessions-dir", args.sessions_dir)


def existing_sessions_folder(args: argparse.Namespace) -> Path | None:
    """The folder of `--sessions-dir`, which must exist; None without it. Raises `ProblemError` (path_invalid)."""
    if (path := args.sessions_dir) is None:
        return None
    _require_path("--sessions-dir", path)
    try:
        if not stat.S_ISDIR(os.stat(path).st_mode):
            raise path_invalid("--sessions-dir", path, "It is not a directory.")
        if not os.access(path, os.R_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise path_invalid("--sessions-dir", path, _reason(error)) from error
    return Path(path)


def _output_folder(flag: str, path: str) -> Path:
    _require_path(flag, path)
    if path in STDOUT_NAMES | _STDIN_NAMES:
        raise path_invalid(flag, path, "It is a standard stream, not a directory.")
    folder = Path(os.path.abspath(path))
    try:
        if os.path.lexists(folder) and not folder.is_dir():
            os.stat(folder)  # a symbolic link to nowhere, or to itself
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        make_private_folder(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except FileExistsError as error:  # a part of the path is a file
        raise path_invalid(flag, path, f"{os.strerror(errno.ENOTDIR)}.") from error
    except OSError as error:
        raise path_invalid(flag, path, _reason(error)) from error
    try:
        try_sessions_folder(folder)
    except OSError as error:
        raise path_invalid(flag, path, f"Nothing can be created in it: {_reason(error)}") from error
    return folder


def _require_path(flag: str, path: str) -> None:
    if not path:
        raise path_invalid(flag, path, "It is empty.")
    if _URL.match(path):
        raise path_invalid(flag, path, "It is a URL, and only local files can be used.")


def path_invalid(flag: str, path: str, why: str) -> ProblemError:
    """A path of a flag that cannot be used, for raising."""
    shown = path if len(path) <= _SHOWN_CHARS_MAX else f"{path[:_SHOWN_CHARS_MAX]}…"
    return ProblemError(Problem(code="path_invalid", what=f"{flag} “{shown}” cannot be used.", why=why))


def _reason(error: OSError) -> str:
    return f"{error.strerror or error}."
