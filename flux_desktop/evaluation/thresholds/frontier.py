"""Pareto frontier of a grid: the settings that no other one beats both in cut-offs and in waiting time.

for eot, timeout in frontier(grid): grid.cut_share[eot, timeout], grid.wait_p50_ms[eot, timeout]
"""

from __future__ import annotations

import numpy as np

from flux_desktop.evaluation.thresholds.grid import Grid
from flux_desktop.evaluation.traces.trace_table import Floats, Integers


def frontier(grid: Grid) -> list[tuple[int, int]]:
    """Places in the grid (threshold, timeout) from the fewest cut-offs to the shortest wait.

    Settings that miss many turns are left out (`Grid.usable`). Of settings alike, the one with the shorter p95 counts,
    then the higher threshold, then the longer timeout.
    """
    waits = np.where(grid.usable, grid.wait_p50_ms, np.nan)
    best = pareto(grid.cut_share.ravel(), waits.ravel(), _preference(grid))
    return [(place // len(grid.timeouts_ms), place % len(grid.timeouts_ms)) for place in best]


def pareto(costs: Floats, waits: Floats, preference: Floats) -> list[int]:
    """Places that no other place beats in both, by rising cost; of equal places the one of the lowest preference."""
    known = np.flatnonzero(np.isfinite(costs) & np.isfinite(waits))
    order = known[np.lexsort((preference[known], waits[known], costs[known]))]
    frontier: list[int] = []
    lowest = np.inf
    for place in order:
        if waits[place] < lowest:
            lowest = waits[place]
            frontier.append(int(place))
    return frontier


def _preference(grid: Grid) -> Floats:
    order = order_of_preference(grid)
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    return rank


def order_of_preference(grid: Grid) -> Integers:
    """Places of the flattened grid, by p95 of the wait, then falling threshold, then falling timeout."""
    p95 = np.nan_to_num(grid.wait_p95_ms, nan=np.inf).ravel()
    eots = np.repeat(np.asarray(grid.eots), len(grid.timeouts_ms))
    timeouts = np.tile(np.asarray(grid.timeouts_ms, dtype=float), len(grid.eots))
    return np.lexsort((-timeouts, -eots, p95)).astype(np.int64)
