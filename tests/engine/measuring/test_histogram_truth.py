"""Histograms that are filled in batches hold exactly what the library would have counted one by one."""

from __future__ import annotations

import random

import pytest
from hdrh.histogram import HdrHistogram

from flux_desktop.engine.measuring.histogram import Histogram

HOUR_US = 3_600_000_000
EDGES_S = [-1.0, 0.0, 1e-7, 4e-6, 6e-6, 2040e-6, 2050e-6, 2060e-6, 4090e-6, 4100e-6, 3599.9, 3600.0, 4000.0]
RESOLUTION_US = 10


@pytest.mark.parametrize("scale_s", [0.0001, 0.01, 1.0, 100.0])
def test_counters_are_those_of_the_library(scale_s: float) -> None:
    dice = random.Random(11)
    ours, library = Histogram(), HdrHistogram(1, HOUR_US, 3)
    for value_s in [dice.lognormvariate(0, 2) * scale_s for _ in range(9000 - len(EDGES_S))] + EDGES_S:
        ours.add(value_s)
        library.record_value(min(HOUR_US, max(1, round(value_s * 1e6 / RESOLUTION_US) * RESOLUTION_US)))
    assert ours.n == library.total_count
    assert ours.encode() == library.encode().decode()
    expected = library.get_percentile_to_value_dict([50.0, 95.0, 99.0])
    figures = ours.percentiles()
    assert [figures.p50_ms, figures.p95_ms, figures.p99_ms] == [value / 1000 for value in expected.values()]
    assert figures.max_ms == library.get_max_value() / 1000


def test_what_waits_to_be_sorted_in_is_counted_and_merged_once() -> None:
    first, second = Histogram(), Histogram()
    first.add(0.001)
    assert (first.n, first.percentiles().n, first.n) == (1, 1, 1)
    second.add(0.002)
    second.merge_encoded(first.encode())
    assert second.percentiles().n == 2
