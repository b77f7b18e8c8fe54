"""The recording of a run on disk: compressed JSON lines, written by a thread, so that no disk delays audio.

A process holds a lock on its file while it records: a file without an end and without a lock was left by a process that
died.
"""

from __future__ import annotations

import os
import sys
import threading
import zlib
from collections import deque
from collections.abc import Callable
from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.base.redaction import redact_values
from flux_desktop.engine.recording.recording_file import compressor

FLUSH_S = 0.25
"""A killed process loses at most what is younger than this."""
_LINES_AT_ONCE = 10_000


class FolderGoneError(OSError):
    """The file being written to has been deleted."""


class Recorder:
    """Appends a gzip member of lines to a file, mode 0600, without secrets. A failing disk is reported once.

    `write` may be called from any thread and does not block. `on_problem` is called on the writing thread.
    """

    def __init__(self, path: Path, on_problem: Callable[[Problem], None]) -> None:
        self._path = path
        self._on_problem = on_problem
        self._lines: deque[bytes] = deque()
        self._closing = threading.Event()
        self._failed = False
        self._member = compressor()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Append one line, newline included. The thread is not woken: it looks every `FLUSH_S`."""
        if not self._failed:
            self._lines.append(line)

    def close(self, timeout_s: float = 2.0) -> None:
        """Write what is left and close; waits at most `timeout_s`."""
        self._closing.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            self._fail(error)
            return
        try:
            take_lock(descriptor)
            while not self._closing.wait(FLUSH_S):
                self._write_out(descriptor)
            self._write_out(descriptor)
            _write(descriptor, self._member.flush())
        except OSError as error:
            self._fail(error)
        finally:
            os.close(descriptor)

    def _write_out(self, descriptor: int) -> None:
        """Write everything queued so far."""
        while count := min(len(self._lines), _LINES_AT_ONCE):
            lines = redact_values(b"".join([self._lines.popleft() for _ in range(count)]))
            _write(descriptor, self._member.compress(lines) + self._member.flush(zlib.Z_SYNC_FLUSH))
        if os.fstat(descriptor).st_nlink == 0:
            # Writing still succeeds, into a file without a name.
            raise FolderGoneError("it has been deleted")

    def _fail(self, error: OSError) -> None:
        self._failed = True
        self._lines.clear()
        self._on_problem(
            Problem(
                code="recording_failed",
                what="The run is no longer being recorded.",
                why=f"{self._path.name} could not be written: {error.strerror or error}.",
                todo="The run continues; what is not recorded can only be read on the screen. "
                "Free space or use another folder.",
            )
        )


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


if sys.platform == "win32":

    def take_lock(descriptor: int) -> None:
        """Windows has no lock of this kind."""

    def is_locked(path: Path) -> bool:
        """Unknown on Windows: every recording without an end counts as left behind."""
        return False

else:
    import fcntl

    def take_lock(descriptor: int) -> None:
        """Lock this file until it is closed or the process ends, where the file system has locks."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return

    def is_locked(path: Path) -> bool:
        """Whether a process is recording into this file. Raises `OSError` where it cannot be read."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return False
