"""Tests of the comparison of one figure of two runs."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.evaluation.comparing.comparison import Allowed, ChangeFinding, compare, difference, parse_allowed
from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import Estimate


def figure(value: float, half: float, n: int = 100) -> Estimate:
    return Estimate(value, value - half, value + half, n)


def compared(base: Estimate, new: Estimate, allowed: str = "", *, lower_is_better: bool = True):
    limit = parse_allowed(allowed) if allowed else None
    return compare("x", "X", "ms", base, new, lower_is_better=lower_is_better, allowed=limit)


def test_the_interval_of_the_difference_by_hand() -> None:
    # 30 - 10 = 20; half widths 3 and 4 give 5.
    assert difference(figure(10, 3), figure(30, 4)) == Estimate(20, 15, 25, 100)


def test_better_worse_and_no_difference() -> None:
    assert compared(figure(100, 5), figure(150, 5)).finding is ChangeFinding.WORSE
    assert compared(figure(150, 5), figure(100, 5)).finding is ChangeFinding.BETTER
    assert compared(figure(95, 1), figure(99, 1), lower_is_better=False).finding is ChangeFinding.BETTER
    same = compared(figure(100, 5), figure(102, 5))
    assert same.finding is ChangeFinding.SAME
    assert same.sentence().startswith("no difference larger than 9.1 ms")


def test_an_interval_that_reaches_beyond_the_margin_decides_nothing() -> None:
    wide = compared(figure(100, 20), figure(100, 20))
    assert wide.finding is ChangeFinding.UNDECIDED
    assert wide.sentence().startswith("undecided, this data does not exclude a change that matters: +0.0 ms")
    assert compared(figure(100, 20), figure(100, 20), "x>+30%").finding is ChangeFinding.SAME
    assert compared(figure(100, 5), figure(102, 5), "x>+8").finding is ChangeFinding.UNDECIDED
    assert compared(figure(100, 5), figure(102, 5), "x>+10").finding is ChangeFinding.SAME
    assert compared(figure(0, 0), figure(0, 0)).finding is ChangeFinding.SAME


def test_without_an_interval_it_is_undecided() -> None:
    result = compared(Estimate(4.2, n=72), Estimate(308.6, n=72), "x>+10%")
    assert result.finding is ChangeFinding.UNDECIDED
    assert (result.failed, result.not_decided) == (False, True)
    assert result.sentence() == "undecided, one of the runs has no interval for it: +304.4 ms"
    assert compared(figure(4, 1), Estimate(n=72), "x>+10%").not_decided
    assert not compared(Estimate(4.2, n=72), Estimate(308.6, n=72)).not_decided, "nothing is allowed or not"


def test_one_end_of_an_interval_can_decide() -> None:
    """That of p95 of few values is open above."""
    open_above = Estimate(300, 200, None, 72)
    assert difference(figure(10, 3), open_above) == Estimate(290, 290 - 10009**0.5, None, 72)
    slower = compared(figure(10, 3), open_above, "x>+10%")
    assert (slower.failed, slower.not_decided, slower.finding) == (True, False, ChangeFinding.WORSE)
    assert slower.sentence() == "worse: +290.0 ms (95 % interval from +190.0, open above)"
    faster = compared(open_above, figure(10, 3), "x>+10%")
    assert (faster.finding, faster.not_decided) == (ChangeFinding.BETTER, False)
    assert faster.sentence() == "better: -290.0 ms (95 % interval up to -190.0, open below)"


@pytest.mark.parametrize(
    ("new", "allowed", "failed", "not_decided"),
    [
        (figure(130, 2), "x>+10%", True, False),
        (figure(112, 5), "x>+10%", False, True),  # the interval includes 10 %
        (figure(108, 5), "x>+10%", False, False),
        (figure(130, 2), "x>+50", False, False),
        (figure(160, 2), "x>+50", True, False),
        (figure(80, 2), "x<-10%", True, False),
        (figure(89, 5), "x<-10%", False, True),
        (figure(95, 2), "x<-10%", False, False),
    ],
)
def test_a_change_fails_only_where_the_whole_interval_is_beyond(
    new: Estimate, allowed: str, failed: bool, not_decided: bool
) -> None:
    result = compared(figure(100, 2), new, allowed)
    assert (result.failed, result.not_decided) == (failed, not_decided)


@pytest.mark.parametrize(("base", "new"), [(0.0, 30.0), (-100.0, -50.0)])
def test_a_share_of_a_base_of_zero_or_below_it_is_exceeded_all_the_same(base: float, new: float) -> None:
    """A word error rate of 0 %, and ends of turn before the true end."""
    worse = compared(figure(base, 2), figure(new, 2), "x>+10%")
    assert worse.failed
    assert worse.finding is ChangeFinding.WORSE
    assert worse.percent.value is None or worse.percent.low < worse.percent.value == 50 < worse.percent.high
    same = compared(figure(base, 2), figure(base + 1, 2), "x>+10%")
    assert not same.failed


def test_the_change_of_a_share_is_in_points() -> None:
    figures = [compare("x_percent", "X", "%", figure(0, 0), figure(value, 0)) for value in (0, 2)]
    assert [each.size() for each in figures] == ["+0.0 points", "+2.0 points"]
    assert figures[0].sentence().startswith("no difference larger than 0.0 points: +0.0 points (95 % interval ")
    assert compare("x", "X", "ms", Estimate(), figure(2, 1)).size() == ""


def test_equal_runs_differ_in_about_5_of_100_comparisons() -> None:
    rng = np.random.default_rng(11)
    units = list(np.repeat(np.arange(20), 60))
    differing = 0
    for _ in range(200):
        sides = [quantile((80 + rng.gamma(2.0, 30.0, 1200)).tolist(), units, 0.95) for _ in range(2)]
        differing += compare("x", "X", "ms", *sides).finding in (ChangeFinding.BETTER, ChangeFinding.WORSE)
    print(f"{differing} of 200")
    assert differing <= 18  # binomial, for 5 %: 4 to 17


def test_an_allowed_change_is_read_and_written() -> None:
    assert parse_allowed("update_p95_ms>+10%") == Allowed("update_p95_ms", ">", 10, True)
    assert parse_allowed(" wire_p50_ms > 50ms ") == Allowed("wire_p50_ms", ">", 50, False)
    assert str(Allowed("update_p95_ms", ">", 10, True)) == "update_p95_ms>+10%"
    with pytest.raises(ProblemError):
        parse_allowed("faster")
