"""Files that a person keeps: written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import redact_data, redact_lines
from flux_desktop.base.running import is_running

_PART = ".part"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old or the new content, never a part; text becomes UTF-8.

    What stands at the end of a symbolic link is replaced, not the link. A device or a pipe (such as
    ``/dev/stdout``) is written to. No secret that this process knows is in the file. Raises `ProblemError`
    (file_not_written), and leaves nothing half behind.
    """
    data = redact_data(content).encode("utf-8", "replace") if isinstance(content, str) else redact_lines(content)
    try:
        target = path.resolve()
        if _is_special(path):
            with path.open("wb") as special:
                special.write(data)
            return
        _replace(target, data)
    except OSError as error:
        raise ProblemError(
            Problem(
                code="file_not_written",
                what=f"The file {path} could not be written.",
                why=f"{error.strerror or error}.",
                todo="Choose another place, or make room.",
            )
        ) from error


def check_writable(path: Path) -> None:
    """Find out early what `write_whole` would fail at: a missing or closed folder. Raises `ProblemError`."""
    folder = path.resolve().parent
    if path.is_dir() or not (_is_special(path) or (folder.is_dir() and os.access(folder, os.W_OK))):
        raise ProblemError(
            Problem(
                code="file_not_written",
                what=f"The file {path} cannot be written.",
                why="There is a folder of that name." if path.is_dir() else f"Nothing can be written into {folder}.",
                todo="Choose another place.",
            )
        )


def _is_special(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _replace(target: Path, data: bytes) -> None:
    prefix = f".{target.name[:40]}."
    _clear_away(target.parent, prefix)
    descriptor, name = tempfile.mkstemp(prefix=f"{prefix}{os.getpid()}-", suffix=_PART, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode_for(target))
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(target.parent)


def _clear_away(folder: Path, prefix: str) -> None:
    """Remove what a process that was killed while it wrote the same file has left."""
    for left in folder.iterdir():
        number = left.name.removeprefix(prefix).partition("-")[0]
        ours = left.name.startswith(prefix) and left.name.endswith(_PART) and number.isdigit()
        if ours and not is_running(int(number)):
            with suppress(OSError):
                left.unlink()


def _mode_for(target: Path) -> int:
    """The mode of the file that is replaced, or what the process's umask gives to a new one."""
    with suppress(FileNotFoundError):
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some file systems cannot sync a folder; the file itself is already safe.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
