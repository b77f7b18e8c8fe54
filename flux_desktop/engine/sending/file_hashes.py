"""Hashes of the files that a run sends, each computed once, on a thread of its own while the run goes on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from flux_desktop.audio.source_file import file_sha256


class FileHashes:
    """`add` may be called again and again for a file; `on_hash` is called on the thread, once for each."""

    def __init__(self, on_hash: Callable[[str, str], None]) -> None:
        self._on_hash = on_hash
        self._known: set[str] = set()
        self._paths: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, path: str) -> None:
        """Have a file read, unless it has been already."""
        if path in self._known:
            return
        self._known.add(path)
        self._paths.put(path)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="hashing audio", daemon=True)
            self._thread.start()

    def close(self, timeout_s: float) -> None:
        """Wait for what has been added, at most so long: a read that hangs is left behind."""
        if self._thread is not None:
            self._paths.put(None)
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while (path := self._paths.get()) is not None:
            try:
                digest = file_sha256(Path(path))
            except OSError:
                continue  # what cannot be read is reported by who sends it
            self._on_hash(path, digest)
