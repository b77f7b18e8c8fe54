"""Latencies of one connection in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.engine.measuring.latency_counts import LatencyCounts
from flux_desktop.engine.records.facts import Percentiles


def counted(values: np.ndarray | list[float]) -> LatencyCounts:
    counts = LatencyCounts()
    for part in np.array_split(np.asarray(values), 3):
        counts.add(part)
    return counts


def test_nothing_has_no_percentiles() -> None:
    assert LatencyCounts().percentiles() == Percentiles()


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    figures = counted([4.0, 1.0, 3.0, 2.0]).percentiles()
    assert figures.n == 4
    assert (figures.p50_ms, figures.p95_ms) == (pytest.approx(2.0, rel=1e-3), pytest.approx(4.0, rel=1e-3))
    assert figures.max_ms == 4.0


@pytest.mark.parametrize("median_ms", [0.05, 5.0, 180.0, 60_000.0])
def test_three_digits_are_kept(median_ms: float) -> None:
    values = np.random.default_rng(7).lognormal(np.log(median_ms), 0.8, 5000)
    figures = counted(values).percentiles()
    assert figures.n == len(values)
    truth = np.sort(values)
    for percent, figure in ((50, figures.p50_ms), (95, figures.p95_ms), (99, figures.p99_ms)):
        expected = truth[-(-len(values) * percent // 100) - 1]
        assert figure == pytest.approx(expected, rel=1.01e-3, abs=0.0005), percent
    assert figures.max_ms == pytest.approx(truth[-1], abs=0.0005)


@pytest.mark.parametrize(("value_ms", "counts_as_ms"), [(-3.0, 0.01), (0.0, 0.01), (1e9, 3_600_000.0)])
def test_values_out_of_range_count_as_its_ends(value_ms: float, counts_as_ms: float) -> None:
    figures = counted([value_ms] * 3).percentiles()
    assert (figures.n, figures.max_ms) == (3, counts_as_ms)
    assert figures.p50_ms == pytest.approx(counts_as_ms, rel=1e-3)


def test_no_percentile_exceeds_the_maximum() -> None:
    for value_ms in np.random.default_rng(3).uniform(0.1, 500, 200):
        figures = counted([value_ms]).percentiles()
        assert figures.p99_ms is not None
        assert figures.max_ms is not None
        assert figures.p99_ms <= figures.max_ms


def test_memory_is_taken_for_the_range_of_the_values_alone() -> None:
    usual = counted(np.random.default_rng(5).uniform(1, 150, 20_000))
    usual.percentiles()
    assert len(usual._pages) <= 11, "10 kB"
