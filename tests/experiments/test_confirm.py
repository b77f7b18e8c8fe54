"""Replay next to live: which settings are run, in which order, and what the comparison says."""

from __future__ import annotations

from flux_desktop.evaluation.thresholds.sweep_report import sweep_report
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.confirm import chosen_settings, compared, interleaved, with_setting
from flux_desktop.flux.options import FluxOptions
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip

CLIPS = [random_clip(f"clip {seed}", seed) for seed in range(6)]
RECORDED = [played(clip, HIGHEST) for clip in CLIPS]


def test_the_order_turns_around_so_that_a_drift_hits_all_alike() -> None:
    assert interleaved(["A", "B"]) == ["A", "B", "B", "A"]


def test_the_current_setting_is_run_beside_distinct_other_ones() -> None:
    report = sweep_report(RECORDED, current=Setting(), endpoint="e")
    settings = chosen_settings(report.current, report.presets, report.frontier, 3)
    assert settings[0] == Setting()
    assert len(set(settings)) == len(settings) == 4
    assert chosen_settings(Setting(), [], [], 3) == [Setting()]


def test_live_runs_of_the_built_in_endpoint_equal_their_replay() -> None:
    setting = Setting(eot=0.8, eager=0.4, timeout_ms=2000)
    live = [played(clip, setting) for clip in CLIPS] + [played(CLIPS[0], Setting(eot=0.6))]
    confirmed = compared(setting, live, RECORDED)
    assert confirmed is not None
    assert confirmed.error.differing == 0
    assert confirmed.error.same > 10
    assert confirmed.live.cut_offs_per_turn.n == confirmed.replayed.cut_offs_per_turn.n == 12
    assert compared(Setting(eot=0.9), live, RECORDED) is None


def test_a_setting_replaces_the_turn_parameters_alone() -> None:
    options = with_setting(FluxOptions(keyterms=("a",), eager_eot_threshold=0.5), Setting(eot=0.8))
    assert (options.eot_threshold, options.eager_eot_threshold, options.keyterms) == (0.8, None, ("a",))
