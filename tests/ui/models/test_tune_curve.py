"""What the curve is drawn from: the best settings, their bands, and where one setting lies."""

from __future__ import annotations

from flux_desktop.evaluation.thresholds.presets import LIMITS, PresetLimit
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.tune_curve import curve_point, evaluated, nearest, with_limits
from tests.ui.models import tuning


def test_the_best_settings_trade_cut_offs_for_waiting() -> None:
    evaluation = evaluated(tuning.traces())
    assert (evaluation.turns, evaluation.holds) == (80, 40)
    shares = [point.cut_share.value or 0.0 for point in evaluation.best]
    waits = [point.wait_ms.value or 0.0 for point in evaluation.best]
    assert len(shares) > 1
    assert shares == sorted(shares)
    assert waits == sorted(waits, reverse=True)
    assert shares[0] == 0.0
    assert all(point.wait_ms.low is not None for point in evaluation.best)


def test_a_setting_lies_where_its_cut_offs_and_its_wait_put_it() -> None:
    evaluation = evaluated(tuning.traces(long_holds=4))
    # 0.62 is reached by the third message of a silence of 1.6 s, which is in the hold; one of 0.3 s has but one.
    low = curve_point(evaluation.table, Setting(eot=0.6))
    assert low.cut_share.value == 4 / 40
    assert low.cut_share.n == 40
    # The hold never reaches 0.85.
    high = curve_point(evaluation.table, Setting(eot=0.85))
    assert high.cut_share.value == 0.0
    assert (high.wait_ms.value or 0.0) > (low.wait_ms.value or 0.0)


def test_a_recording_answers_up_to_its_own_setting() -> None:
    recorded = Setting(eot=0.7, timeout_ms=3000)
    evaluation = evaluated(tuning.traces(setting=recorded))
    assert max(evaluation.grid.eots) == 0.7
    assert max(evaluation.grid.timeouts_ms) == 3000


def test_repeats_are_not_further_holds() -> None:
    twice = [*tuning.traces(20), *(tuning.trace(number, 0.3, repeat=1) for number in range(20))]
    evaluation = evaluated(twice)
    assert (evaluation.turns, evaluation.holds) == (40, 20)
    assert evaluation.best[0].cut_share.n == 20


def test_limits_lead_to_other_presets() -> None:
    evaluation = evaluated(tuning.traces())
    generous = with_limits(evaluation, (PresetLimit("fast", 0.5), *LIMITS[1:]))
    assert generous.presets[0].setting is not None
    strict = with_limits(evaluation, (PresetLimit("fast", 0.001), *LIMITS[1:]))
    assert strict.presets[0].setting is None
    assert "more holds are needed" in strict.presets[0].undecided


def test_the_nearest_point() -> None:
    points = evaluated(tuning.traces()).best
    assert nearest(points, 0.0) == 0
    assert nearest(points, 1.0) == len(points) - 1
    assert nearest((), 0.5) is None
