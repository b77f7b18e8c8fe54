"""Histograms, percentiles and the ledger."""

from __future__ import annotations

import random

import pytest

from flux_desktop.engine.measuring.histogram import Histogram, ledger, of_values
from flux_desktop.engine.records.facts import LedgerClass, Percentiles


def test_percentiles_are_within_three_digits():
    histogram = Histogram()
    for ms in range(1, 1001):
        histogram.add(ms / 1000)
    figures = histogram.percentiles()
    assert figures.n == 1000
    assert figures.p50_ms == pytest.approx(500, rel=0.001)
    assert figures.p95_ms == pytest.approx(950, rel=0.001)
    assert figures.p99_ms == pytest.approx(990, rel=0.001)
    assert figures.max_ms == pytest.approx(1000, rel=0.001)


def test_nothing_measured_has_no_percentiles():
    assert Histogram().percentiles() == Percentiles()
    assert of_values([]) == Percentiles()


def test_merged_workers_equal_one_histogram_of_all_samples():
    dice = random.Random(7)
    samples = [[dice.lognormvariate(-2, 1) for _ in range(500)] for _ in range(4)]
    whole, merged = Histogram(), Histogram()
    for share in samples:
        worker = Histogram()
        for value in share:
            worker.add(value)
            whole.add(value)
        merged.merge_encoded(worker.encode())
    assert merged.percentiles() == whole.percentiles()


def test_a_standstill_also_counts_for_the_probes_it_swallowed():
    histogram = Histogram()
    for _ in range(100):
        histogram.add_expected(0.001, 0.05)
    histogram.add_expected(1.4, 0.05)
    assert histogram.percentiles().p95_ms > 500


def test_exact_percentiles_by_the_nearest_rank():
    figures = of_values([4.0, 1.0, 3.0, 2.0])
    assert (figures.n, figures.p50_ms, figures.p95_ms, figures.max_ms) == (4, 2.0, 4.0, 4.0)


def test_the_ledger_adds_up_to_the_plan():
    classes = [LedgerClass.COMPLETED] * 3 + [LedgerClass.NEVER_CONNECTED]
    counted = ledger(classes, 10)
    assert counted["completed"] == 3
    assert counted["never Connected"] == 1
    assert counted["not started"] == 6
    assert sum(counted.values()) == 10
