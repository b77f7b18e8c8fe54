"""Intervals over conversations: how often they hold the true value, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.evaluation.statistics.bootstrap import draws, mean, quantile, ratio
from flux_desktop.evaluation.statistics.intervals import Estimate


def test_ratio_is_of_the_sums() -> None:
    rate = ratio([1, 0, 3], [10, 10, 20], ["a", "b", "c"])
    assert (rate.value, rate.n) == (0.1, 40)
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low <= 0.1 <= rate.high
    assert rate == ratio([1, 0, 3], [10, 10, 20], ["a", "b", "c"]), "the seed is fixed"


def test_values_of_one_conversation_are_resampled_together() -> None:
    """Errors that all lie in one of two conversations say less than the same errors spread over forty."""
    errors, words = [5.0] * 20 + [0.0] * 20, [50.0] * 40
    together = ratio(errors, words, ["a"] * 20 + ["b"] * 20)
    apart = ratio(errors, words, range(40))
    assert together.value == apart.value == 0.05
    assert _width(together) > 3 * _width(apart)


def test_two_conversations_have_the_interval_of_students_t() -> None:
    # Rates of 0.1 and 0.3, as many words: mean 0.2, standard error 0.1, and t is 12.706.
    assert ratio([1, 3], [10, 10], "ab").high == pytest.approx(0.2 + 1.2706, abs=1e-3)
    assert ratio([1, 3], [10, 10], "ab").low == 0.0, "a rate is at least 0"
    difference = mean([-1.0, 3.0], "ab")
    assert (difference.low, difference.high) == pytest.approx((1 - 25.41, 1 + 25.41), abs=0.01)
    three = mean([1.0, 2.0, 3.0], "abc")
    assert (three.high or 0) - 2 == pytest.approx(4.303 / 3**0.5, rel=0.01)


def test_no_interval_of_one_conversation_and_nothing_of_none() -> None:
    assert ratio([2], [10], ["a"]) == Estimate(0.2, None, None, 10)
    assert ratio([], [], []) == Estimate(None, None, None, 0)
    assert mean([1.0, 3.0], ["a", "a"]) == Estimate(2.0, None, None, 2)
    assert quantile([1.0] * 29, ["a"] * 29, 0.9) == Estimate(1.0, None, None, 29)


def test_a_few_conversations_that_are_alike_prove_no_rate() -> None:
    for count in (2, 5):
        assert ratio([1] * count, [10] * count, range(count)) == Estimate(0.1, None, None, 10 * count)
        assert mean([240.0] * count, range(count)) == Estimate(240.0, None, None, count)
    assert mean([240.0] * 6, range(6)) == Estimate(240.0, 240.0, 240.0, 6)


def test_repeats_make_no_percentile_of_few_values() -> None:
    values = list(range(20))
    assert quantile(values * 3, values * 3, 0.95, repeats=3) == Estimate(n=20)
    alike = quantile([1, 2, 3] * 20, [n // 3 for n in range(60)], 0.5, repeats=3)
    assert alike.n == 20
    assert _width(quantile(values * 3, range(60), 0.5, repeats=3)) > 1.5 * _width(quantile(values * 3, range(60), 0.5))


def test_a_percentile_of_too_few_values_is_not_known() -> None:
    assert quantile(list(range(28)), range(28), 0.9) == Estimate(n=28)
    known = quantile(list(range(1, 30)), range(29), 0.9)
    assert (known.value, known.n) == (27, 29), "the smallest value that 90 % of them do not exceed"
    assert known.high is None, "29 values bound p90 by their maximum one-sidedly; a two-sided interval is open above"
    median = quantile(list(range(1, 102)), range(101), 0.5)
    assert (median.value, median.low, median.high) == (51, 40, 62)


def test_draws_are_whole_conversations_and_blocks_change_nothing() -> None:
    rows = np.concatenate(list(draws(7, replications=50)))
    assert rows.shape == (50, 7)
    assert set(rows.sum(axis=1)) == {7.0}


@pytest.mark.parametrize(("conversations", "least"), [(2, 0.85), (3, 0.85), (4, 0.85), (5, 0.85), (20, 0.9), (40, 0.9)])
def test_a_rate_is_covered_in_95_of_100_cases(conversations: int, least: float) -> None:
    """150 sets of clips with different rates and lengths; tests/bench/coverage.py draws 2,000 of each kind."""
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(150):
        words = rng.integers(20, 120, conversations)
        errors = rng.poisson(rng.gamma(4, 0.05 / 4, conversations) * words)
        rate = ratio(errors.tolist(), words.tolist(), range(conversations))
        covered += rate.low is not None and rate.low <= 0.05 <= (rate.high or 0.0)
    assert least <= covered / 150 <= 0.99


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_a_percentile_is_covered_in_95_of_100_cases(level: float) -> None:
    """Latencies of 40 conversations, 6 turns each, whose levels differ."""
    rng = np.random.default_rng(11)
    units = np.repeat(np.arange(40), 6).tolist()

    def sample(conversations: int) -> np.ndarray:
        levels = rng.normal(6, 0.3, conversations)
        return rng.lognormal(np.repeat(levels, 6), 0.4)

    true = np.quantile(sample(40_000), level)
    estimates = [quantile(sample(40).tolist(), units, level) for _ in range(500)]
    covered = sum(each.low <= true <= each.high for each in estimates) / len(estimates)  # type: ignore[operator]
    assert 0.92 <= covered <= 0.985


def _width(estimate: Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.high - estimate.low
