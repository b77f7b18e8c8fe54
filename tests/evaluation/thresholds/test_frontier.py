"""Pareto frontier: no setting on it is beaten in both figures."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.evaluation.thresholds.frontier import frontier, order_of_preference, pareto
from flux_desktop.evaluation.thresholds.grid import evaluate
from flux_desktop.evaluation.traces.trace_table import trace_table
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


@given(POINTS)
def test_nothing_beats_the_frontier_and_everything_else_is_beaten(points: list[tuple[int, int]]) -> None:
    costs, waits = (np.array([point[axis] for point in points], dtype=float) for axis in (0, 1))
    frontier = pareto(costs, waits, np.arange(len(points), dtype=float))
    best = {points[place] for place in frontier}
    assert len(best) == len(frontier)
    for cost, wait in points:
        assert ((cost, wait) in best) != any(a <= cost and b <= wait and (a, b) != (cost, wait) for a, b in points)


def test_unknown_figures_are_left_out() -> None:
    assert pareto(np.array([np.nan, 0.1]), np.array([1.0, np.nan]), np.zeros(2)) == []


def test_settings_that_end_no_turns_are_left_out() -> None:
    table = trace_table([played(random_clip(f"clip {seed}", seed, turns=3), HIGHEST) for seed in range(4)])
    grid = evaluate(table, (0.9, 1.0), (10_000,), ())
    assert grid.usable[:, 0].tolist() == [True, False], "at 1.0 only the timeout ends a turn, after the next has begun"
    assert frontier(grid) == [(0, 0)]


def test_of_equal_settings_the_more_patient_one_is_named() -> None:
    table = trace_table([played(random_clip(f"clip {seed}", seed), HIGHEST) for seed in range(4)])
    grid = evaluate(table, (0.6, 0.9), (8000, 10_000), ())
    assert {timeout for _, timeout in frontier(grid)} == {1}, "no turn is that long silent: the timeouts are alike"
    assert order_of_preference(grid)[0] % 2 == 1
