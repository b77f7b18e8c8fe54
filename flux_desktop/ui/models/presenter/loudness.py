"""How loud audio was, for bars: of a connection by its track, of a recorded comparison by its clip. No Qt."""

from __future__ import annotations

import math

import numpy as np

from flux_desktop.audio.levels import FLOOR_DBFS, dbfs
from flux_desktop.ui.models.audio_track import LEVELS_PER_S, AudioTrack
from flux_desktop.ui.models.sound import WavShape

SHAPES_MAX = 400
"""Recordings whose shapes are kept."""
HEARD_S = 0.1
"""Window over which the present level is the loudest sample."""


def bars_of(track: AudioTrack | None, newest: int, number: int, bar_s: float) -> tuple[float, ...]:
    """Heights (0 to 1) of the `number` stretches of `bar_s` before the one that is number `newest` from the beginning.

    A square root of full scale, as on the timeline, so that quiet speech is seen too. Empty without a track.
    """
    if track is None:
        return ()
    per_bar = round(bar_s * LEVELS_PER_S)
    peaks = track.peaks((newest - number) * per_bar, number * per_bar)
    return tuple(np.sqrt(peaks.reshape(number, per_bar).max(axis=1)).tolist())


def height_at(track: AudioTrack | None, from_s: float, until_s: float) -> float | None:
    """Height of a bar (0 to 1) between two positions; None without a track."""
    if track is None:
        return None
    first = int(from_s * LEVELS_PER_S)
    return math.sqrt(float(track.peaks(first, max(1, int(until_s * LEVELS_PER_S) - first)).max(initial=0.0)))


def level_dbfs(track: AudioTrack | None, position_s: float) -> float | None:
    """The level of the audio before a position; None without a track."""
    if track is None:
        return None
    count = round(HEARD_S * LEVELS_PER_S)
    loudest = float(track.peaks(int(position_s * LEVELS_PER_S) - count, count).max(initial=0.0))
    return max(FLOOR_DBFS, dbfs(loudest))


class ClipShapes:
    """Shapes of the clips of recorded comparisons, by path. `wanted` lists those still to be read and `put`."""

    def __init__(self) -> None:
        self._shapes: dict[str, WavShape | None] = {}
        self.wanted: list[str] = []

    def put(self, path: str, shape: WavShape | None) -> None:
        """Keep the shape of a recording; None where it cannot be read."""
        if path in self.wanted:
            self.wanted.remove(path)
        while len(self._shapes) >= SHAPES_MAX:
            self._shapes.pop(next(iter(self._shapes)))
        self._shapes[path] = shape

    def height_at(self, path: str, start_s: float, end_s: float) -> float | None:
        """Height of a bar (0 to 1) between two positions of a recording; None where its shape is not known."""
        if path and path not in self._shapes and path not in self.wanted:
            self.wanted.append(path)
        shape = self._shapes.get(path)
        if shape is None or not len(shape.peaks) or not shape.duration_s:
            return None
        if end_s <= 0 or start_s >= shape.duration_s:
            return 0.0
        per_s = len(shape.peaks) / shape.duration_s
        first = max(0, int(start_s * per_s))
        return math.sqrt(float(shape.peaks[first : max(first + 1, int(end_s * per_s))].max(initial=0.0)))
