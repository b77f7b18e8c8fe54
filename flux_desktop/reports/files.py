"""Files that the user keeps: written completely or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from glob import escape
from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import redact_data, redact_values
from flux_desktop.base.running import is_running

_PART = ".part"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old or the new content, never a part; text becomes UTF-8.

    A symbolic link stays, and the file that it leads to is replaced. A device or a pipe (such as ``/dev/stdout``) is
    written to. No secret that this process knows is in the file. Raises `ProblemError` (file_not_written), and then
    leaves no partial file behind.
    """
    data = redact_data(content).encode("utf-8", "replace") if isinstance(content, str) else redact_values(content)
    try:
        if _is_special(path):
            with os.fdopen(_open_special(path), "wb") as special:
                special.write(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except (OSError, ValueError) as error:  # a ValueError: no file can have such a name
        raise ProblemError(_not_written(path, error)) from error


def check_writable(path: Path) -> None:
    """Find early what `write_whole` would fail at. Raises `ProblemError` (file_not_written)."""
    try:
        if _is_special(path):
            # Opening a pipe would end its reader, so only the permission is looked at.
            allowed = os.access(path, os.W_OK) and not stat.S_ISBLK(path.stat().st_mode)
        elif path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        else:
            target = Path(os.path.realpath(path))
            if not stat.S_ISDIR(target.parent.stat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target.parent))
            allowed = os.access(target.parent, os.W_OK | os.X_OK)
            if allowed:
                descriptor, name = _new_part(target)
                os.close(descriptor)
                Path(name).unlink()
        if not allowed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        raise ProblemError(_not_written(path, error)) from error


def _not_written(path: Path, error: OSError | ValueError) -> Problem:
    why = str(error)
    if isinstance(error, OSError) and error.strerror:
        place = error.filename if error.filename and str(error.filename) != str(path) else ""
        why = f"{error.strerror}: {place}" if place else error.strerror
    return Problem(
        code="file_not_written",
        what=f"The file {path} cannot be written.",
        why=f"{why}.",
        todo="Choose another location, or free some space.",
    )


def _is_special(path: Path) -> bool:
    """Whether this is a device, a pipe or a socket. Raises `OSError` for what is neither there nor missing."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _open_special(path: Path) -> int:
    """Open for writing, without waiting for ever for somebody to read a pipe."""
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    os.set_blocking(descriptor, True)
    return descriptor


def _replace(target: Path, data: bytes) -> None:
    descriptor, name = _new_part(target)
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


def _new_part(target: Path) -> tuple[int, str]:
    """A new file beside the target, open for writing, and its path."""
    prefix = f".{target.name[:40]}."
    _clear_away(target.parent, prefix)
    try:
        return tempfile.mkstemp(prefix=f"{prefix}{os.getpid()}-", suffix=_PART, dir=target.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target.parent)) from error


def _clear_away(folder: Path, prefix: str) -> None:
    """Remove the partial files of processes that were killed while they wrote the same file."""
    for path in folder.glob(f"{escape(prefix)}*{_PART}"):
        pid = path.name.removeprefix(prefix).partition("-")[0]
        if pid.isdigit() and not is_running(int(pid)):
            with suppress(OSError):
                path.unlink()


def _mode_for(target: Path) -> int:
    """The mode of the file that is replaced, or that of a new file: as the process's umask says, and 0600 in a folder
    that nobody else can enter, such as a session's."""
    with suppress(FileNotFoundError):
        return stat.S_IMODE(target.stat().st_mode)
    if not target.parent.stat().st_mode & 0o077:
        return 0o600
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some file systems cannot sync a folder; the file itself is already on disk.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
