"""The recording of a run on disk: append-only JSON lines, written by a thread, so that no disk delays audio."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from flux_desktop.problem import Problem

FLUSH_S = 0.25


class Recorder:
    """Writes lines to one file, mode 0600. A disk that fails is told of once and never stops the run.

    `write` may be called from any thread and does not block. `on_problem` is called on the writing thread.
    """

    def __init__(self, path: Path, on_problem: Callable[[Problem], None]) -> None:
        self._path = path
        self._on_problem = on_problem
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Append one line, newline included."""
        self._lines.put(line)

    def close(self, timeout_s: float = 2.0) -> None:
        """Write what is left and close; waits at most `timeout_s`."""
        self._lines.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            self._fail(error)
            return
        try:
            while self._write_batch(descriptor):
                pass
        except OSError as error:
            self._fail(error)
        finally:
            os.close(descriptor)

    def _write_batch(self, descriptor: int) -> bool:
        """Write all that has come; False when the last line is written."""
        first = self._lines.get()
        if first is None:
            return False
        batch = [first]
        more = True
        while len(batch) < 10_000:
            try:
                line = self._lines.get(timeout=FLUSH_S) if len(batch) == 1 else self._lines.get_nowait()
            except queue.Empty:
                break
            if line is None:
                more = False
                break
            batch.append(line)
        data = memoryview(b"".join(batch))
        while data:
            data = data[os.write(descriptor, data) :]
        return more

    def _fail(self, error: OSError) -> None:
        self._on_problem(
            Problem(
                code="recording_failed",
                what="The run is no longer being recorded.",
                why=f"{self._path.name} could not be written: {error.strerror or error}.",
                todo="The run goes on; export the transcripts before closing, and make room or choose another folder.",
            )
        )
