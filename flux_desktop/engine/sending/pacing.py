"""When each audio chunk is due: an absolute schedule, so that no error adds up.

Pure arithmetic on the machine's monotonic clock, in seconds. A chunk is due when its last sample has been
"spoken", which is one chunk length after its first: sending earlier would flatter every latency.
Source of the rule: a per-chunk sleep drifts by about 300 ms in 20 s, an absolute schedule by about 1 ms.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from typing import NamedTuple

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


class PlannedAndSent(NamedTuple):
    """Two moments of one audio second: when it was due by the schedule, and when its chunk was sent."""

    plan_s: float
    send_s: float


class AudioClock:
    """Maps seconds of sent audio to the moments when they were due and sent. Keep-alive samples count.

    Covers at least the last `KEPT` chunks, some minutes: far longer than any answer takes.
    """

    KEPT = 2048

    def __init__(self) -> None:
        self.audio_s = 0.0
        self._kept_from_s = 0.0
        # Arrays: 0.1 MB a stream, where lists of floats would be 0.4 MB.
        self._ends_s, self._dues_s, self._sends_s = array("d"), array("d"), array("d")

    def sent(self, duration_s: float, due_s: float, send_s: float) -> None:
        """Record a chunk of `duration_s` seconds of audio, when it was due and when it was sent."""
        self.audio_s += duration_s
        if len(self._ends_s) == 2 * self.KEPT:
            self._kept_from_s = self._ends_s[self.KEPT - 1]
            for moments in (self._ends_s, self._dues_s, self._sends_s):
                del moments[: self.KEPT]
        self._ends_s.append(self.audio_s)
        self._dues_s.append(due_s)
        self._sends_s.append(send_s)

    def find(self, audio_s: float) -> PlannedAndSent | None:
        """The moments of audio second `audio_s`; None when it was not sent yet or is no longer kept."""
        # A tolerance of 1 ms, because servers round to hundredths of a second.
        index = bisect_left(self._ends_s, audio_s - 1e-3)
        if index >= len(self._ends_s) or audio_s < self._kept_from_s:
            return None
        return PlannedAndSent(self._dues_s[index] - max(0.0, self._ends_s[index] - audio_s), self._sends_s[index])
