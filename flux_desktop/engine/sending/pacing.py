"""When each audio chunk is due: an absolute schedule, so that no error adds up.

Pure arithmetic on the machine's monotonic clock, in seconds. A chunk is due when its last sample has been
"spoken", which is one chunk length after its first: sending earlier would flatter every latency.
Source of the rule: a per-chunk sleep drifts by about 300 ms in 20 s, an absolute schedule by about 1 ms.
"""

from __future__ import annotations

import math
from math import nan
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flux_desktop.engine.measuring.histogram import rank_of
from flux_desktop.engine.records.figure_names import PACING_P99_MAX_MS

BURST_MAX = 2
"""Most chunks sent at once after a stall: the schedule is caught up with gradually."""

EARLY_TOLERANCE_S = 0.0005
"""A timer may fire this much early (uvloop rounds to a millisecond); more waits again."""

GRIDS_S = (0.040, 0.020, 0.010)
"""Plans begin on a common grid: chunks of many streams then leave in one wake-up of each thread instead of one
each, at no cost to any stream's pace. The first wake-up after a pause is expensive, because caches are cold. Measured
with 50 streams on an idle machine, per chunk: 202 µs of CPU at 10 ms, 154 µs at 20 ms, 125 µs at 40 ms."""
FEW_STREAMS = 12
"""Up to so many keep to the finest grid, where their chunks hardly coincide: CPU is little then, and a chunk does not
wait for the others of its moment, which the wire clock would count as the network's share."""
TOGETHER_MAX = 25
"""Most chunks that leave at one moment where the grid allows it: about 1 ms of work. At 150 streams on the grid of 20
ms pacing began to suffer."""


def grid_s(streams: int, chunk_s: float) -> float:
    """The coarsest grid, in seconds, on which at most `TOGETHER_MAX` of that many streams send at the same moment.

    The finest for few streams.
    """
    fitting = (each for each in GRIDS_S if each <= chunk_s and streams * each <= TOGETHER_MAX * chunk_s)
    return GRIDS_S[-1] if streams <= FEW_STREAMS else next(fitting, GRIDS_S[-1])


def on_grid(moment_s: float, grid_s: float) -> float:
    """The first moment of the grid from `moment_s` on."""
    return math.ceil(moment_s / grid_s) * grid_s


def is_late(errors_s: NDArray[np.float64]) -> bool:
    """Whether this machine did not keep pace: such errors of its pacing would make a run INVALID."""
    return (rank_of(errors_s, 99, unit_ms=1000) or 0.0) > PACING_P99_MAX_MS


class PlannedAndSent(NamedTuple):
    """Two moments of one audio second: when it was due by the schedule, and when its chunk was sent."""

    plan_s: float
    send_s: float


_RECORD = Struct("dddd")
"""One chunk: where it ends in the audio, when it was due, when it was sent, and the error of its pacing or NaN."""
_RECORD_BYTES = _RECORD.size
_write, _read_end_s = _RECORD.pack_into, Struct("d").unpack_from
_FIRST_RECORDS = 256
_TOLERANCE_S = 1e-3
ROUNDED_S = 5.01e-3
"""Servers round to hundredths of a second: a message may state so much more than was sent."""


class AudioClock:
    """Maps seconds of sent audio to the moments when they were due and sent. Keep-alive samples count.

    Keeps at least the last `KEPT` chunks, 41 s of short and some minutes of usual ones. Those before are extrapolated,
    so that the latest answers of all are not left out of the latencies.
    """

    __slots__ = ("_capacity", "_n", "_newest_s", "_records", "audio_s")

    KEPT = 2047

    def __init__(self) -> None:
        self.audio_s = 0.0
        self._newest_s = 0.0
        """Length of the newest chunk that was not a single sample."""
        self._n = 0
        """Chunks so far."""
        self._capacity = _FIRST_RECORDS
        # One block, in which the oldest are replaced: a chunk is one write into one line of the cache.
        self._records = bytearray(_FIRST_RECORDS * _RECORD.size)

    def sent(self, duration_s: float, due_s: float, send_s: float, paced: bool = False) -> None:
        """Record a chunk of `duration_s` seconds of audio, when it was due and when it was sent.

        `paced`: the difference is an error of the pacing.
        """
        n = self._n
        if n == self._capacity <= self.KEPT:
            self._records += bytes(len(self._records))
            self._capacity *= 2
        self._n = n + 1
        if paced or not self._newest_s:
            self._newest_s = duration_s
        self.audio_s = end_s = self.audio_s + duration_s
        _write(
            self._records, n % self._capacity * _RECORD_BYTES, end_s, due_s, send_s, send_s - due_s if paced else nan
        )

    def find(self, audio_s: float) -> PlannedAndSent | None:
        """The moments of audio second `audio_s`; None when it was not sent yet."""
        wanted_s = audio_s - _TOLERANCE_S
        ahead_s = self.audio_s - wanted_s
        if ahead_s < _TOLERANCE_S - ROUNDED_S or not self._n:
            return None
        # Nearly all chunks have the same length: the estimate is right, or close.
        oldest, newest = max(0, self._n - self._capacity), self._n - 1
        index = max(oldest, newest - int(max(0.0, ahead_s) / self._newest_s))
        while index > oldest and self._end_s(index - 1) >= wanted_s:
            index -= 1
        while index < newest and self._end_s(index) < wanted_s:
            index += 1
        end_s, due_s, send_s, _ = _RECORD.unpack_from(self._records, index % self._capacity * _RECORD_BYTES)
        before_s = max(0.0, end_s - audio_s)
        return PlannedAndSent(due_s - before_s, send_s - before_s if index == oldest > 0 else send_s)

    def recent_errors_s(self, chunks: int) -> NDArray[np.float64]:
        """Pacing errors of the newest so many chunks, or of those among them that count for the pacing."""
        errors_s: NDArray[np.float64] = np.frombuffer(self._records)[3::4]
        begin, end = max(0, self._n - min(chunks, self._capacity)), self._n
        if begin // self._capacity == (end - 1) // self._capacity:
            errors_s = errors_s[begin % self._capacity : (end - 1) % self._capacity + 1]
        else:
            errors_s = errors_s[np.arange(begin, end) % self._capacity]
        return errors_s[~np.isnan(errors_s)]

    def _end_s(self, index: int) -> float:
        end_s: float = _read_end_s(self._records, index % self._capacity * _RECORD_BYTES)[0]
        return end_s
