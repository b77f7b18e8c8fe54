"""Histograms, percentiles and the ledger."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest
from hdrh.histogram import HdrHistogram

from flux_desktop.engine.measuring.histogram import Histogram, ledger, of_values, rank_of
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


def test_batches_are_counted_as_the_library_counts_single_values():
    dice = random.Random(5)
    samples_us = [10 * round(dice.lognormvariate(8, 4)) for _ in range(2993)]
    samples_us += [10, 1020, 1030, 2040, 2050, 2**20 * 10, 3_600_000_000]
    samples_us = [min(3_600_000_000, max(10, value)) for value in samples_us]
    ours, theirs = Histogram(), HdrHistogram(1, 3_600_000_000, 3)
    for value_us in samples_us:
        ours.add(value_us / 1e6)
        theirs.record_value(value_us)
    assert ours.encode() == theirs.encode().decode()
    figures = ours.percentiles()
    for percent, value_ms in ((50, figures.p50_ms), (95, figures.p95_ms), (99, figures.p99_ms)):
        assert value_ms == theirs.get_value_at_percentile(percent) / 1000
    assert figures.max_ms == theirs.get_max_value() / 1000


@pytest.mark.parametrize("n", [1, 3, 20, 59, 60, 299, 301])
def test_percentiles_of_a_run_have_the_same_rank_as_those_of_a_connection(n: int):
    values_ms = [0.5 * place for place in range(1, n + 1)]
    run = Histogram()
    for value_ms in values_ms:
        run.add(value_ms / 1000)
    figures, exact = run.percentiles(), of_values(values_ms)
    for ours, theirs in zip(msgspec.structs.astuple(figures), msgspec.structs.astuple(exact), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3)


@pytest.mark.parametrize("percent", [50, 95, 99, 100])
def test_one_percentile_alone_is_that_of_all(percent: int):
    values = np.array([4.0, 1.0, 3.0, 2.0, 9.5])
    whole = of_values(values, unit_ms=1000)
    expected = {50: whole.p50_ms, 95: whole.p95_ms, 99: whole.p99_ms, 100: whole.max_ms}
    assert rank_of(values, percent, unit_ms=1000) == expected[percent]
    assert rank_of(values[:0], percent) is None


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
