"""Latencies of one stream in bounded memory."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest

from flux_desktop.engine.measuring.packed_values import FRESH_MAX, PackedValues
from flux_desktop.engine.records.facts import Percentiles


def packed(values: np.ndarray) -> PackedValues:
    made = PackedValues()
    for value in values:
        made.append(float(value))
    return made


def test_nothing_has_no_percentiles() -> None:
    assert PackedValues().percentiles() == Percentiles()


def test_first_minutes_are_exact() -> None:
    figures = packed(np.array([4.0, 1.0, 3.0, 2.0])).percentiles()
    assert (figures.n, figures.p50_ms, figures.p95_ms, figures.max_ms) == (4, 2.0, 4.0, 4.0)


def test_folded_values_keep_three_digits() -> None:
    values = np.random.default_rng(7).lognormal(5.0, 0.8, 5 * FRESH_MAX + 11)
    figures = packed(values).percentiles()
    assert figures.n == len(values)
    truth = np.sort(values)
    for percent, found in ((50, figures.p50_ms), (95, figures.p95_ms), (99, figures.p99_ms), (100, figures.max_ms)):
        assert found == pytest.approx(truth[-(-len(values) * percent // 100) - 1], rel=1.1e-3)


def test_values_before_their_time_do_not_break_it() -> None:
    figures = packed(np.full(FRESH_MAX, -3.0)).percentiles()
    assert figures.n == FRESH_MAX
    assert figures.max_ms == pytest.approx(0.001)


def test_values_beyond_an_hour_count_as_one() -> None:
    figures = packed(np.full(2 * FRESH_MAX, 1e9)).percentiles()
    assert figures.n == 2 * FRESH_MAX
    assert figures.max_ms == pytest.approx(3_600_000.0, rel=1.1e-3)


def test_memory_is_what_the_values_span_however_many_there_are() -> None:
    values = np.random.default_rng(7).uniform(1, 400, 20 * FRESH_MAX)
    made = packed(values)
    touched = {step * made._counts.itemsize // 4096 for step in np.flatnonzero(made._counts)}
    assert len(touched) <= 5, "six factors of e, a page of 4 kB for two of them"
    counters = made._counts
    for value in values:
        made.append(float(value))
    assert made._counts is counters
    assert {step * counters.itemsize // 4096 for step in np.flatnonzero(counters)} == touched


def resident_pages(made: PackedValues) -> int:
    """Of the counters and the fresh values, by the system's account."""
    address = made._counts.ctypes.data
    with open("/proc/self/smaps") as smaps:
        inside = False
        for line in smaps:
            if (found := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)) is not None:
                inside = int(found[1], 16) <= address < int(found[2], 16)
            elif inside and line.startswith("Rss:"):
                return int(line.split()[1]) // 4
    raise AssertionError("not found")


@pytest.mark.skipif(sys.platform != "linux", reason="the account is read from /proc")
def test_pages_are_taken_when_they_are_written_to_and_not_when_they_are_looked_at() -> None:
    made = PackedValues()
    for value in np.full(FRESH_MAX - 1, 5.0):
        made.append(float(value))
    before = resident_pages(made)
    assert made.percentiles().n == FRESH_MAX - 1
    assert resident_pages(made) == before
    made.append(5.0)
    assert resident_pages(made) == before + 4, "those that every stream comes to need"
    made.percentiles()
    assert resident_pages(made) == before + 4


def test_usual_values_are_counted_from_the_first_on() -> None:
    made = packed(np.repeat([5.0, 0.02], [FRESH_MAX - 3, 3]))
    assert len(made._rare) == 0
    assert made.percentiles().n == FRESH_MAX


def test_counters_do_not_run_over() -> None:
    figures = packed(np.repeat([5.0, 9.0], [70_000, 70_000])).percentiles()
    assert figures.n == 140_000
    assert figures.p50_ms == pytest.approx(5.0, rel=1.1e-3)
    assert figures.p95_ms == pytest.approx(9.0, rel=1.1e-3)


def test_a_few_values_far_from_the_others_take_no_page_and_are_counted() -> None:
    many = np.full(FRESH_MAX - 300, 5.0)
    made = packed(np.concatenate((many, np.full(300, 7000.0))))
    assert made._n_fresh == 0
    assert {step * made._counts.itemsize // 4096 for step in np.flatnonzero(made._counts)} == {4}, "of 5 ms alone"
    figures = made.percentiles()
    assert (figures.n, figures.max_ms) == (FRESH_MAX, 7000.0)
    assert figures.p50_ms == pytest.approx(5.0, rel=1.1e-3)
    assert figures.p99_ms == 7000.0, "three hundred of a thousand"
    for value in np.full(FRESH_MAX, 7000.0):
        made.append(float(value))
    assert len(made._rare) == 0, "now they are many"
    assert made.percentiles().n == 2 * FRESH_MAX
    assert made.percentiles().max_ms == pytest.approx(7000.0, rel=1.1e-3)
