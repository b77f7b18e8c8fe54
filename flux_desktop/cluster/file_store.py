"""Files that a generator has received, by their hash: each is sent to it once, whatever runs use it."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from flux_desktop.audio.source_file import file_sha256
from flux_desktop.cluster.messages import FileEntry

UNUSED_MAX_S = 7 * 24 * 3600.0
"""What no run has used for a week is removed."""


class WrongContentError(Exception):
    """What was received is not what its hash says."""


class FileStore:
    """In one folder, mode 0700. All methods block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._verified: set[str] = set()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def missing(self, entries: Iterable[FileEntry]) -> list[str]:
        """Hashes of the files that have to be sent; a file that was damaged here is sent again."""
        return [sha256 for sha256 in dict.fromkeys(entry.sha256 for entry in entries) if not self._has(sha256)]

    def write(self, sha256: str, offset: int, data: bytes, *, last: bool) -> None:
        """A part of a file. Raises `WrongContentError` after the last one if it is not the file, and `OSError`."""
        part = self._folder / f".{os.getpid()}-{_checked(sha256)}"
        with _whole_or_removed(part), part.open("r+b" if offset else "wb") as file:
            file.seek(offset)
            file.write(data)
        if not last:
            return
        if file_sha256(part) != sha256:
            part.unlink()
            raise WrongContentError("A file changed while it was sent to the generator, or arrived damaged.")
        part.replace(self._folder / sha256)
        self._verified.add(sha256)

    def place(self, entries: Iterable[FileEntry], root: Path) -> None:
        """Put the files where a run expects them. Raises `OSError`."""
        for entry in entries:
            target = root / entry.name
            if not target.resolve().is_relative_to(root.resolve()):
                raise PermissionError(entry.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            stored = self._folder / _checked(entry.sha256)
            os.utime(stored)
            try:
                os.link(stored, target)
            except OSError:  # a file system without links
                with _whole_or_removed(target):
                    shutil.copyfile(stored, target)

    def remove_unused(self, now_s: float | None = None) -> None:
        """Remove what has not been used for long, and what is left of interrupted transfers."""
        before_s = (time.time() if now_s is None else now_s) - UNUSED_MAX_S
        for path in self._folder.iterdir():
            if path.stat().st_mtime < before_s:
                path.unlink(missing_ok=True)

    def _has(self, sha256: str) -> bool:
        path = self._folder / _checked(sha256)
        if not path.is_file():
            return False
        if sha256 not in self._verified and file_sha256(path) == sha256:
            self._verified.add(sha256)
        return sha256 in self._verified


@contextlib.contextmanager
def _whole_or_removed(path: Path) -> Iterator[None]:
    """Around writing a file: on a full disk its part is removed, and the error names it, not another file or none."""
    try:
        yield
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error


def _checked(sha256: str) -> str:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise WrongContentError(f"“{sha256[:64]}” is not the hash of a file.")
    return sha256
