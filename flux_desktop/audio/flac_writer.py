"""Writes sound into a FLAC file while it comes, so that a program that dies loses less than a second of it.

A thread encodes and writes; whoever brings the sound never waits. Encoded blocks of 4,096 samples go to the system at
once, and to the disk every `SYNC_S`. The file states its length only when it is closed: readers decode one without it.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np

from flux_desktop.base.problem import Problem

LOOK_S = 0.1
SYNC_S = 0.5
CLOSE_LIMIT_S = 2.0


class FlacWriter:
    """One file of 16-bit mono sound, mode 0600. A failing disk is reported once, on the writing thread."""

    def __init__(self, path: Path, sample_rate_hz: int, on_problem: Callable[[Problem], None]) -> None:
        self._path = path
        self._rate_hz = sample_rate_hz
        self._on_problem = on_problem
        self._frames: deque[bytes] = deque()
        self._closing = threading.Event()
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="recording the microphone", daemon=True)

    def start(self) -> None:
        """Create the file and begin to write."""
        self._thread.start()

    def write(self, pcm: bytes) -> None:
        """Append signed 16-bit little-endian samples."""
        if not self._failed:
            self._frames.append(pcm)

    def close(self) -> None:
        """Write what is left and close; waits at most `CLOSE_LIMIT_S`."""
        self._closing.set()
        self._thread.join(CLOSE_LIMIT_S)

    def _run(self) -> None:
        from flux_desktop.audio.sound_library import soundfile

        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                with soundfile.SoundFile(
                    descriptor, "w", self._rate_hz, 1, subtype="PCM_16", format="FLAC", closefd=False
                ) as file:
                    synced_s = time.monotonic()
                    while not self._closing.wait(LOOK_S):
                        self._write_out(file)
                        if time.monotonic() - synced_s >= SYNC_S:
                            synced_s = time.monotonic()
                            os.fsync(descriptor)
                    self._write_out(file)
            finally:
                os.close(descriptor)
        except (OSError, soundfile.LibsndfileError) as error:
            self._failed = True
            self._frames.clear()
            self._on_problem(
                Problem(
                    code="recording_failed",
                    what="The microphone is no longer being recorded.",
                    why=f"{self._path.name} could not be written: {getattr(error, 'strerror', None) or error}.",
                    todo="The run continues. Free space, or use another folder for sessions.",
                )
            )

    def _write_out(self, file: object) -> None:
        if count := len(self._frames):
            pcm = b"".join([self._frames.popleft() for _ in range(count)])
            file.write(np.frombuffer(pcm, "<i2"))  # type: ignore[attr-defined]
