"""Estimates with their 95 % intervals, and the rules that say when data decides a question.

An interval is Wilson's for proportions; everything else is resampled over conversations (`bootstrap`).
"""

from __future__ import annotations

import math
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

CONFIDENCE = 0.95
_Z = 1.959963984540054  # of the normal distribution, two-sided 95 %


class Estimate(Struct, frozen=True):
    """A figure with the interval that holds the true value in 95 % of data sets like this one.

    `value` is None where nothing is known or `n` is too small for the figure; `low` and `high` where the data gives no
    interval (a single conversation); `high` alone where no value is large enough to be a bound. `n` counts what the
    figure is taken of: holds, turns, reference words.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0


class Side(StrEnum):
    """Where an interval lies in relation to a limit."""

    BELOW = "below"
    """At the limit or below it."""
    ABOVE = "above"
    UNDECIDED = "undecided"


def wilson(successes: float, n: int) -> Estimate:
    """A proportion (0 to 1) with Wilson's score interval. Of repeats, `successes` need not be a whole number."""
    if n <= 0:
        return Estimate()
    share = successes / n
    scale = 1 + _Z * _Z / n
    centre = (share + _Z * _Z / (2 * n)) / scale
    half = _Z / scale * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Estimate(share, low, high, n)


def different(n: int, repeats: float) -> int:
    """How many different things `n` values are of, each measured `repeats` times in the mean."""
    return max(1, round(n / repeats)) if n else 0


def once(share: Estimate, repeats: float) -> Estimate:
    """A proportion over repeats (in the mean) with the interval of the different holds or turns, which `n` counts."""
    if share.value is None or repeats <= 1:
        return share
    n = different(share.n, repeats)
    interval = wilson(share.value * n, n)
    return Estimate(share.value, interval.low, interval.high, n)


def bounded_zero(rate: Estimate, n: int | None = None) -> Estimate:
    """A resampled rate; where it is zero in each conversation, with the upper bound of a proportion of `n` values."""
    if rate.value != 0.0 or rate.low or rate.high:
        return rate
    return replace(rate, low=0.0, high=wilson(0, rate.n if n is None else n).high)


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """The same in another unit, such as percent."""
    value, low, high = (
        None if each is None else each * factor for each in (estimate.value, estimate.low, estimate.high)
    )
    return replace(estimate, value=value, low=low, high=high)


def around(value: float, n: int, exact: Estimate) -> Estimate:
    """A value in the steps of a histogram (0.1 %) with the interval of the single values; it may lie beside it."""
    low = None if exact.low is None else min(exact.low, value)
    return Estimate(value, low, None if exact.high is None else max(exact.high, value), n)


def decides(estimate: Estimate, limit: float) -> Side:
    """On which side of the limit the whole interval lies; without an interval nothing is decided."""
    if estimate.high is not None and estimate.high <= limit:
        return Side.BELOW
    if estimate.low is not None and estimate.low > limit:
        return Side.ABOVE
    return Side.UNDECIDED


def values_needed(quantile: float) -> int:
    """From how many values on the maximum is a 95 % upper bound of the quantile: 29, 59, 299 for p90, p95, p99."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(quantile))


def percent_text(estimate: Estimate, *, digits: int = 1) -> str:
    """A proportion as text: ``4.8 % (95 % interval 2.2-11.2 %, n = 83)``."""
    return _text(estimate, 100.0, "%", digits)


def ms_text(estimate: Estimate) -> str:
    """A duration in milliseconds as text: ``420 ms (95 % interval 380-510 ms, n = 83)``."""
    return _text(estimate, 1.0, "ms", 0)


def number_text(estimate: Estimate, *, digits: int = 2) -> str:
    """A figure without a unit as text: ``0.42 (95 % interval 0.31-0.57, n = 83)``."""
    return _text(estimate, 1.0, "", digits)


def _text(estimate: Estimate, factor: float, unit: str, digits: int) -> str:
    if estimate.value is None:
        return f"not known (n = {estimate.n:,})"
    after = f" {unit}" if unit else ""
    value = f"{estimate.value * factor:.{digits}f}{after}"
    if estimate.low is None:
        return f"{value} (no interval, n = {estimate.n:,})"
    if estimate.high is None:
        return f"{value} (95 % interval from {estimate.low * factor:.{digits}f}{after}, open above, n = {estimate.n:,})"
    low, high = f"{estimate.low * factor:.{digits}f}", f"{estimate.high * factor:.{digits}f}"
    return f"{value} (95 % interval {low}\u2013{high}{after}, n = {estimate.n:,})"
