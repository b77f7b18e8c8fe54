"""What is measured, and what it costs, in words."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from flux_desktop.evaluation.cost import SUGGESTED
from flux_desktop.evaluation.statistics.intervals import Estimate, wilson
from flux_desktop.evaluation.thresholds.replay_error import ReplayError
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.thresholds.sweep_report import Confirmed
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.experiments.sweep_plan import LINE_NOISE_DBFS, SweepSize
from flux_desktop.ui.models.chosen_data import BUNDLED
from flux_desktop.ui.models.measurement import (
    Measurement,
    confirmed_words,
    cost_words,
    is_confirmed,
    size_words,
)
from tests.ui import scripted
from tests.ui.models import tuning

SIZE = SweepSize(
    entries=tuple(range(24)), streams_s=(36.0,) * 24, streams=72, recorded=0, stream_minutes=43.2, minutes=5.4
)


def test_the_plan_is_that_of_a_sweep() -> None:
    base = scripted.plan(2)
    plan = Measurement(path="set.jsonl", repeats=2, connections=5, line_noise=True).plan(base)
    assert (plan.base, plan.data, plan.repeats, plan.at_once) == (base, "set.jsonl", 2, 5)
    assert plan.line_noise_dbfs == LINE_NOISE_DBFS
    bundled = Measurement().plan(base)
    assert Path(bundled.data).is_file()
    assert bundled.line_noise_dbfs is None


def test_a_data_set_has_a_name() -> None:
    assert Measurement().name == BUNDLED
    assert Measurement(path="calls/manifest.jsonl").name == "calls"
    assert Measurement(path="calls/march.csv").name == "march.csv"


def test_the_size_says_what_is_recorded_already() -> None:
    assert size_words(SIZE) == "24 clips · 72 streams · about 05:24"
    continued = SweepSize(
        entries=SIZE.entries, streams_s=SIZE.streams_s, streams=72, recorded=30, stream_minutes=25.0, minutes=3.0
    )
    assert "30 recorded" in size_words(continued)


def test_the_built_in_endpoint_costs_nothing_and_others_are_priced() -> None:
    assert cost_words(43.2, "local", SUGGESTED) == "43 stream-minutes · no cost"
    priced = cost_words(43.2, "flux-en-prod", SUGGESTED)
    assert "$0.33" in priced
    assert "suggested price" in priced


def test_a_confirmation_is_told_with_n_and_interval() -> None:
    setting = Setting(eot=0.6)
    figures = setting_figures(trace_table(tuning.traces(long_holds=4)), setting)
    error = ReplayError(decisions=80, same=79, unseen=0, differing=1, error_ms=Estimate(14.2, -6.0, 31.0, 80))
    words = confirmed_words(Confirmed(setting=setting, live=figures, replayed=figures, error=error))
    assert words.startswith(setting.text)
    assert "live 10.0 % of 40 holds cut off, 10.0 % by replay" in words
    assert "+14 ms (-6 to +31)" in words
    assert words.endswith("1 of 80 decisions differ")
    more_live = replace(figures, cut_offs_per_turn=wilson(2, 8))
    unseen = replace(error, same=75, unseen=4)
    words = confirmed_words(Confirmed(setting=setting, live=more_live, replayed=figures, error=unseen))
    assert "; 25.0 % of 8 turns, 5.0 % by replay; " in words
    assert words.endswith("1 of 80 decisions differ, 4 came between two messages")
    assert not is_confirmed(unseen)
    assert is_confirmed(error)
    assert not is_confirmed(ReplayError(decisions=80, same=70, unseen=0, differing=10, error_ms=error.error_ms))
    unknown = ReplayError(decisions=0, same=0, unseen=0, differing=0, error_ms=Estimate())
    assert "too few" in confirmed_words(Confirmed(setting=setting, live=figures, replayed=figures, error=unknown))
