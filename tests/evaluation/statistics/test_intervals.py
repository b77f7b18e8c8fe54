"""Wilson's interval, the limits it decides, how many values a percentile needs, and the texts of estimates."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.evaluation.statistics.intervals import (
    Estimate,
    Side,
    around,
    bounded_zero,
    decides,
    ms_text,
    number_text,
    percent_text,
    values_needed,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(5, 100, 0.022, 0.112), (20, 400, 0.033, 0.076), (0, 59, 0.0, 0.061), (59, 59, 0.939, 1.0)],
)
def test_interval_of_a_proportion(successes: int, n: int, low: float, high: float) -> None:
    share = wilson(successes, n)
    assert (share.value, share.n) == (successes / n, n)
    assert share.low == pytest.approx(low, abs=0.0006)
    assert share.high == pytest.approx(high, abs=0.0006)


def test_nothing_is_known_of_no_values() -> None:
    assert wilson(0, 0) == Estimate(None, None, None, 0)
    assert percent_text(wilson(0, 0)) == "not known (n = 0)"


@pytest.mark.parametrize(("n", "share"), [(59, 0.1), (83, 0.05), (200, 0.05), (400, 0.08)])
def test_a_proportion_is_covered_in_95_of_100_cases(n: int, share: float) -> None:
    drawn = np.random.default_rng(1).binomial(n, share, 2000)
    intervals = [wilson(int(successes), n) for successes in drawn]
    covered = sum(each.low <= share <= each.high for each in intervals) / len(intervals)
    assert 0.93 <= covered <= 0.975


def test_a_limit_is_decided_by_the_whole_interval() -> None:
    assert decides(wilson(5, 400), 0.05) is Side.BELOW
    assert decides(wilson(50, 400), 0.05) is Side.ABOVE
    assert decides(wilson(5, 100), 0.05) is Side.UNDECIDED
    assert decides(Estimate(0.9, n=1), 0.05) is Side.UNDECIDED, "without an interval nothing is decided"
    assert decides(Estimate(400, 350, None, 60), 300) is Side.ABOVE
    assert decides(Estimate(400, 350, None, 60), 500) is Side.UNDECIDED


def test_values_needed_for_an_upper_bound() -> None:
    assert [values_needed(level) for level in (0.9, 0.95, 0.99, 0.999)] == [29, 59, 299, 2995]


def test_texts() -> None:
    assert percent_text(wilson(4, 83)) == "4.8 % (95 % interval 1.9\u201311.7 %, n = 83)"
    assert ms_text(Estimate(420.4, 380, 510, 83)) == "420 ms (95 % interval 380\u2013510 ms, n = 83)"
    assert ms_text(Estimate(420, 380, None, 60)) == "420 ms (95 % interval from 380 ms, open above, n = 60)"
    assert ms_text(Estimate(420, 419, 421, 107_924)).endswith("n = 107,924)")
    assert number_text(Estimate(0.421, n=8)) == "0.42 (no interval, n = 8)"


def test_a_value_of_a_histogram_lies_in_its_interval() -> None:
    assert around(5009.0, 60, Estimate(5007.0, 5004.0, 5008.0, 60)) == Estimate(5009.0, 5004.0, 5009.0, 60)
    assert around(9.9, 60, Estimate(10.0, 10.0, None, 60)) == Estimate(9.9, 9.9, None, 60)
    assert around(9.9, 3, Estimate()) == Estimate(9.9, n=3)


def test_resampled_zeros_have_an_upper_bound() -> None:
    zero = Estimate(0.0, 0.0, 0.0, 59)
    assert bounded_zero(zero) == Estimate(0.0, 0.0, wilson(0, 59).high, 59)
    assert bounded_zero(zero, 10).high == wilson(0, 10).high
    assert bounded_zero(Estimate(0.0, n=59)) == bounded_zero(zero), "of a few conversations"
    for other in (Estimate(0.0, 0.0, 0.1, 59), Estimate(0.5, 0.5, 0.5, 59), Estimate()):
        assert bounded_zero(other) is other
