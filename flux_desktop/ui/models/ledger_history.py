"""How many streams stood where over a run: waiting, streaming, or in the class that they ended in."""

from __future__ import annotations

import numpy as np

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.ui.models.series import Floats, Series

ORDER = (
    str(LedgerClass.COMPLETED),
    str(LedgerClass.NO_TRANSCRIPT),
    str(LedgerClass.GENERATOR_LOST),
    str(LedgerClass.FAILED),
    str(LedgerClass.NEVER_CONNECTED),
    str(LedgerClass.CONNECT_FAILED),
    str(LedgerClass.NOT_STARTED),
    str(ConnectionState.DRAINING),
    str(ConnectionState.RECONNECTING),
    str(ConnectionState.STREAMING),
    str(ConnectionState.OPENED),
    str(ConnectionState.CONNECTING),
    str(ConnectionState.WAITING),
)
"""From the ground up: how streams ended, then where the others stand, the newest on top."""


class LedgerHistory:
    """Fed with ledgers in the order of time; keeps a point only where one has changed."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.revision = 0
        self._series: dict[str, Series] = {}
        self._last_t = 0.0

    def take(self, t: float, ledger: dict[str, int]) -> None:
        """Streams by state or class at `t`."""
        counts = {name: number for name, number in ledger.items() if number}
        self._last_t = max(t, self._last_t)
        if counts == self.counts:
            return
        for name in sorted(counts.keys() | self.counts.keys(), key=_place):
            if counts.get(name, 0) != self.counts.get(name, 0):
                self._step(name, self._last_t, self.counts.get(name, 0), counts.get(name, 0))
        self.counts = counts
        self.revision += 1

    def names(self) -> list[str]:
        """All that any stream has been in, from the ground up."""
        return sorted(self._series, key=_place)

    def steps(self, name: str) -> tuple[Floats, Floats]:
        """One class alone: times and counts, a point at each end of every step, up to the newest time."""
        series = self._series[name]
        newest = float(self.counts.get(name, 0))
        return np.append(series.x, self._last_t), np.append(series.y, newest)

    def stacked(self) -> list[tuple[str, Floats, Floats]]:
        """Each class on top of those before it; all on the same times, so that the areas fit together."""
        names = self.names()
        if not names:
            return []
        times = np.sort(np.concatenate([self._series[name].x for name in names] + [np.array([self._last_t])]))
        # By hand, for numpy's own `unique` first imports what stops the window for a tenth of a second.
        times = times[np.diff(times, prepend=-np.inf) > 0]
        # Two points at each time: before and after the step.
        x = np.repeat(times, 2)
        ground = np.zeros(len(x))
        stack = []
        for name in names:
            series = self._series[name]
            before = np.searchsorted(series.x, times, side="left") - 1
            after = np.searchsorted(series.x, times, side="right") - 1
            padded = np.concatenate((series.y, [0.0]))  # index -1 is before the first point
            ground = ground + padded[np.column_stack((before, after)).ravel()]
            stack.append((name, x, ground))
        return stack

    def _step(self, name: str, t: float, before: int, after: int) -> None:
        series = self._series.setdefault(name, Series())
        series.append(t, float(before))
        series.append(t, float(after))


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
