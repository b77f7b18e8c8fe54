"""Histograms, percentiles, the ledger and the verdict."""

from __future__ import annotations

import random

import pytest

from flux_desktop.engine.measuring.histogram import Histogram, ledger, of_values, verdict
from flux_desktop.engine.records.facts import LedgerClass, Percentiles, Verdict


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


@pytest.mark.parametrize(
    ("pacing_ms", "lag_ms", "cpu_percent", "reason"),
    [
        (41.0, 1.0, 10.0, "audio was sent late"),
        (1.0, 41.0, 10.0, "the engine was late"),
        (1.0, 1.0, 91.0, "of a CPU core"),
    ],
)
def test_a_run_on_an_overloaded_machine_is_invalid_and_says_why(pacing_ms, lag_ms, cpu_percent, reason):
    judged, reasons = verdict(
        Percentiles(n=1, p99_ms=pacing_ms), Percentiles(n=1, p99_ms=lag_ms, max_ms=lag_ms), cpu_percent
    )
    assert judged is Verdict.INVALID
    assert reason in reasons[0]
    assert len(reasons) == 1


def test_one_long_standstill_makes_a_long_run_invalid():
    lag = Percentiles(n=100_000, p99_ms=1.0, max_ms=1400.0)
    judged, reasons = verdict(Percentiles(), lag, 5.0)
    assert judged is Verdict.INVALID
    assert "stalled for 1400 ms" in reasons[0]


def test_a_sound_run_is_done():
    figures = Percentiles(n=10, p99_ms=3.0, max_ms=9.0)
    assert verdict(figures, figures, 40.0) == (Verdict.DONE, [])
