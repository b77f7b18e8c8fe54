"""How loud the audio of one connection is, position by position: its recording, its clips, or its microphone. No Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from flux_desktop.audio.level_frames import Levels
from flux_desktop.datasets.clip import Span
from flux_desktop.engine.sending.base import SPEECH_MIN_DBFS
from flux_desktop.ui.models.series import Series

LEVELS_PER_S = 50
"""Levels of 20 ms each."""
SPEECH_MIN_LEVELS = 3
"""Fewer loud levels in a row are a click or noise, which neither ends a silence nor begins one."""


@dataclass(slots=True, frozen=True, eq=False)
class ClipLevels:
    """The levels of one clip: the loudest sample and the root mean square of every 20 ms, 1 is full scale.

    `holds` are those that the data set states, None where it states none.
    """

    duration_s: float
    peaks: Levels
    rms: Levels
    holds: tuple[Span, ...] | None = None


class AudioTrack(Protocol):
    """What a timeline draws and looks for silences in."""

    @property
    def revision(self) -> int:
        """Grows when levels are added that were not there before."""

    @property
    def loudest(self) -> float:
        """The loudest sample that is known, 1 is full scale."""

    @property
    def problem(self) -> str:
        """Why levels are missing, in one sentence; empty while none are."""

    def peaks(self, first: int, count: int) -> Levels:
        """The loudest samples of `count` stretches of 20 ms from number `first` on; 0 where nothing is known."""

    def silent(self, from_s: float, until_s: float) -> list[tuple[float, float]] | None:
        """Silences inside a stretch, by level; None where its levels are not known."""

    def known_holds(self, from_s: float, until_s: float) -> list[tuple[float, float]] | None:
        """Holds that the data set states for the clips in a stretch; None where it states none of them."""


def silences(rms: Levels, from_s: float) -> list[tuple[float, float]]:
    """Stretches between two parts of speech that are quieter than `SPEECH_MIN_DBFS`, in seconds; the first level is at
    `from_s`."""
    loud = np.flatnonzero(rms >= 10 ** (SPEECH_MIN_DBFS / 20))
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > 1) + 1)
    speech = [(int(part[0]), int(part[-1]) + 1) for part in parts if len(part) >= SPEECH_MIN_LEVELS]
    return [(from_s + before[1] / LEVELS_PER_S, from_s + after[0] / LEVELS_PER_S) for before, after in pairwise(speech)]


class ClipTrack:
    """A recording, looped or not, or the clips of a data set one after another."""

    def __init__(self, *, is_looped: bool = False) -> None:
        self.revision = 0
        self.loudest = 0.0
        self.problem = ""
        self._is_looped = is_looped
        self._starts_s: list[float] = []
        self._levels: list[ClipLevels | None] = []

    def __len__(self) -> int:
        return len(self._starts_s)

    def append(self, start_s: float) -> None:
        """Another clip begins there; its levels follow."""
        self._starts_s.append(start_s)
        self._levels.append(None)

    def fill(self, number: int, levels: ClipLevels) -> None:
        """The levels of a clip, by its place in the track."""
        self._levels[number] = levels
        self.loudest = max(self.loudest, float(levels.peaks.max(initial=0.0)))
        self.revision += 1

    def fail(self, why: str) -> None:
        """The levels of a clip cannot be read."""
        self.problem = why
        self.revision += 1

    def peaks(self, first: int, count: int) -> Levels:
        """See `AudioTrack`."""
        return self._values("peaks", first, count)

    def silent(self, from_s: float, until_s: float) -> list[tuple[float, float]] | None:
        """See `AudioTrack`."""
        if not self._levels or any(levels is None for _start_s, levels in self._parts(from_s, until_s)):
            return None
        first = round(from_s * LEVELS_PER_S)
        return silences(self._values("rms", first, round(until_s * LEVELS_PER_S) - first), first / LEVELS_PER_S)

    def known_holds(self, from_s: float, until_s: float) -> list[tuple[float, float]] | None:
        """See `AudioTrack`."""
        holds = []
        parts = self._parts(from_s, until_s)
        if not parts:
            return None
        for start_s, levels in parts:
            if levels is None or levels.holds is None:
                return None
            repeats = (
                range(
                    int(max(0.0, from_s - start_s) // levels.duration_s),
                    int((until_s - start_s) // levels.duration_s) + 1,
                )
                if self._is_looped and levels.duration_s
                else (0,)
            )
            for repeat in repeats:
                begun_s = start_s + repeat * levels.duration_s
                holds += [(begun_s + hold.start_s, begun_s + hold.end_s) for hold in levels.holds]
        return [(start_s, end_s) for start_s, end_s in holds if start_s >= from_s and end_s <= until_s]

    def _parts(self, from_s: float, until_s: float) -> Sequence[tuple[float, ClipLevels | None]]:
        first = max(0, bisect_right(self._starts_s, from_s) - 1)
        last = bisect_right(self._starts_s, until_s)
        return list(zip(self._starts_s[first:last], self._levels[first:last], strict=True))

    def _values(self, name: str, first: int, count: int) -> Levels:
        values = np.zeros(max(0, count), np.float32)
        ends_s = [*self._starts_s[1:], np.inf]
        from_s, until_s = first / LEVELS_PER_S, (first + count) / LEVELS_PER_S
        begin = max(0, bisect_right(self._starts_s, from_s) - 1)
        for place in range(begin, bisect_right(self._starts_s, until_s)):
            levels = self._levels[place]
            if levels is None or not levels.duration_s:
                continue
            own: Levels = getattr(levels, name)
            start = round(self._starts_s[place] * LEVELS_PER_S)
            left = max(first, start)
            right = min(first + count, round(min(ends_s[place], until_s) * LEVELS_PER_S))
            if self._is_looped:
                # Not by whole levels: the end of a loop would move by up to 20 ms with each.
                at = (np.arange(left - start, right - start) % (levels.duration_s * LEVELS_PER_S)).astype(int)
                values[left - first : right - first] = own[np.minimum(at, len(own) - 1)]
            else:
                part = own[left - start : max(left, right) - start]
                values[left - first : left - first + len(part)] = part
        return values


class MicrophoneTrack:
    """A microphone, by the levels that the engine reports for each frame on the run's clock."""

    problem = ""
    loudest = 1.0
    """What will be said is not known."""

    def __init__(self, peak_dbfs: Series, rms_dbfs: Series, origin_s: float) -> None:
        """`origin_s` is when the connection's audio began, on the run's clock."""
        self._peak_dbfs = peak_dbfs
        self._rms_dbfs = rms_dbfs
        self.origin_s = origin_s

    @property
    def revision(self) -> int:
        """What is heard is new, and nothing before it changes."""
        return 0

    def peaks(self, first: int, count: int) -> Levels:
        """See `AudioTrack`."""
        return self._values(self._peak_dbfs, first, count)

    def silent(self, from_s: float, until_s: float) -> list[tuple[float, float]] | None:
        """See `AudioTrack`."""
        first = round(from_s * LEVELS_PER_S)
        values = self._values(self._rms_dbfs, first, round(until_s * LEVELS_PER_S) - first)
        return silences(values, first / LEVELS_PER_S)

    def known_holds(self, from_s: float, until_s: float) -> list[tuple[float, float]] | None:
        """See `AudioTrack`."""
        return None

    def _values(self, series: Series, first: int, count: int) -> Levels:
        x, y = series.x, series.y
        if not len(x) or count <= 0:
            return np.zeros(max(0, count), np.float32)
        t = self.origin_s + np.arange(first, first + count) / LEVELS_PER_S
        at = np.searchsorted(x, t)  # a frame's time is its end
        return np.where(at < len(x), 10 ** (y[np.minimum(at, len(y) - 1)] / 20), 0.0).astype(np.float32)
