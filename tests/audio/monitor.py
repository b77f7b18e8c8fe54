"""What a virtual sound output plays, captured with its times, and compared with what it was to play."""

from __future__ import annotations

import subprocess
import threading
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
_READ_BYTES = 640


class Match(NamedTuple):
    """Where captured sound is in a recording: how similar (1 is the same), and how late it was heard."""

    correlation: float
    late_ms: float


class Monitor:
    """Captures the virtual output. Its times include the delay of the capture itself, some milliseconds."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [
                *("parec", "--raw", "-d", "s.monitor", "--format=s16le", "--channels=1"),
                *(f"--rate={RATE_HZ}", "--latency-msec=10"),
            ],
            stdout=subprocess.PIPE,
        )
        self._parts: list[bytes] = []
        self._origin_s = float("inf")
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, name="monitor")
        self._thread.start()

    def close(self) -> None:
        """Stop capturing."""
        self._process.terminate()
        self._thread.join()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def captured(self) -> tuple[float, NDArray[np.int16]]:
        """When the first sample was played (monotonic clock), and all samples so far."""
        with self._lock:
            return self._origin_s, np.frombuffer(b"".join(self._parts), "<i2")

    def _read(self) -> None:
        assert self._process.stdout is not None
        count = 0
        while part := self._process.stdout.read(_READ_BYTES):
            now_s = time.monotonic()
            with self._lock:
                self._parts.append(part)
                count += len(part) // 2
                # The promptest read tells when the capture began.
                self._origin_s = min(self._origin_s, now_s - count / RATE_HZ)


def match(
    stretch: NDArray[np.int16], heard_from_s: float, wav: NDArray[np.int16], zero_s: float, search_s: float = 0.25
) -> Match | None:
    """Compare a stretch of sound, heard from a moment on, with the recording that began at `zero_s` and repeats.

    None where the stretch is silent.
    """
    margin = round(search_s * RATE_HZ)
    first = round((heard_from_s - zero_s) * RATE_HZ)
    around = wav[np.arange(first - margin, first + len(stretch) + margin) % len(wav)].astype(np.float64)
    sound = stretch.astype(np.float64)
    if not sound.any():
        return None
    size = 1 << (len(around) + len(sound)).bit_length()
    products = np.fft.irfft(np.fft.rfft(around, size) * np.conj(np.fft.rfft(sound, size)), size)
    products = products[: 2 * margin + 1]
    energies = np.cumsum(np.concatenate([[0.0], around**2]))
    energies = energies[len(sound) :][: 2 * margin + 1] - energies[: 2 * margin + 1]
    similarity = products / np.sqrt(np.maximum(energies, 1.0) * np.dot(sound, sound))
    best = int(np.argmax(similarity))
    return Match(float(similarity[best]), (margin - best) / RATE_HZ * 1000)
