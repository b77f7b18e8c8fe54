"""What is measured, and what it costs, in words."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.evaluation.cost import SUGGESTED
from flux_desktop.experiments.sweep import LINE_NOISE_DBFS, SweepSize
from flux_desktop.ui.models.measurement import BUNDLED, Measurement, cost_words, size_words
from tests.ui import scripted

SIZE = SweepSize(clips=24, streams=72, recorded=0, stream_minutes=43.2, minutes=5.4)


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
    assert size_words(SIZE) == "24 clips · 72 streams · 05:24 min"
    continued = SweepSize(clips=24, streams=72, recorded=30, stream_minutes=25.0, minutes=3.0)
    assert "30 recorded" in size_words(continued)


def test_the_built_in_endpoint_costs_nothing_and_others_are_priced() -> None:
    assert cost_words(SIZE, "local", SUGGESTED) == "About 43 stream-minutes on this computer; no cost"
    priced = cost_words(SIZE, "flux-en-prod", SUGGESTED)
    assert "$0.33" in priced
    assert "suggested price" in priced
