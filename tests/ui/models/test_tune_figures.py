"""The lines of the table of figures."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.statistics.intervals import Estimate, wilson
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.tune_curve import CurvePoint, curve_point, evaluated
from flux_desktop.ui.models.tune_figures import figure_lines, headline, interval_text, length_bars, value_text
from tests.ui.models import tuning


def test_every_line_has_its_interval_its_n_and_its_meaning() -> None:
    table = evaluated(tuning.traces(long_holds=4)).table
    figures = setting_figures(table, Setting(eot=0.6, eager=0.3))
    lines = {line.name: line for line in figure_lines(figures, None)}
    cut = lines["cut off, of holds"]
    estimate = wilson(4, 40)
    assert cut.value == "10.0 %"
    assert cut.interval == f"{100 * (estimate.low or 0):.1f} to {100 * (estimate.high or 0):.1f} %"
    assert cut.n == "40"
    assert lines["wait p50"].value.endswith(" ms")
    assert all(line.meaning.endswith(".") for line in lines.values())
    assert {line.current for line in lines.values()} == {"–"}
    beside = figure_lines(figures, setting_figures(table, Setting(eot=0.85)))
    assert beside[0].current == "0.0 %"


def test_lengths_with_too_few_holds_are_marked() -> None:
    figures = setting_figures(evaluated(tuning.traces(long_holds=4)).table, Setting(eot=0.6))
    bars = {bar.name: bar for bar in length_bars(figures)}
    assert bars["1–2 s"].cut == 4
    assert bars["> 2 s"].share.value is None
    assert bars["> 2 s"].too_few
    assert bars["0.2–0.5 s"].share.n == 36


@pytest.mark.parametrize(
    ("estimate", "value", "interval"),
    [
        (Estimate(), "–", "–"),
        (Estimate(n=3), "too few", "–"),
        (Estimate(1188.4, 1109.0, None, 80), "1,188 ms", "from 1,109 ms"),
        (Estimate(606.0, 571.0, 650.0, 80), "606 ms", "571 to 650 ms"),
    ],
)
def test_what_is_not_known_is_said(estimate: Estimate, value: str, interval: str) -> None:
    assert (value_text(estimate, is_share=False), interval_text(estimate, is_share=False)) == (value, interval)


def test_a_setting_is_compared_with_the_current_one() -> None:
    table = evaluated(tuning.traces(long_holds=4)).table
    point, current_point = curve_point(table, Setting(eot=0.85)), curve_point(table, Setting(eot=0.6))
    assert headline(point, current_point).startswith("0 of 100 holds cut off, 10 with the current setting · wait ")
    assert "longer" in headline(point, current_point)
    assert "shorter" in headline(current_point, point)
    assert headline(point, point) == "This is the current setting."
    unknown = CurvePoint(setting=Setting(), cut_share=Estimate(), wait_ms=Estimate())
    assert "does not say" in headline(unknown, current_point)
