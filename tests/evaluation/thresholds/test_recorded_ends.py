"""Live decisions in the figures of a replay."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.thresholds.recorded_ends import recorded_figures, recorded_scores
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip


@pytest.mark.parametrize("setting", [Setting(eot=0.7, eager=0.4, timeout_ms=1500), Setting(eot=0.95, timeout_ms=1000)])
def test_live_figures_are_those_of_the_replay(setting: Setting) -> None:
    clips = [random_clip(f"clip {seed}", seed) for seed in range(20)]
    live = recorded_figures(trace_table([played(clip, setting) for clip in clips]))
    replayed = setting_figures(trace_table([played(clip, HIGHEST) for clip in clips]), setting)
    assert live.cut_offs_per_turn.value == pytest.approx(replayed.cut_offs_per_turn.value, abs=0.08)
    assert live.decision_latency_ms["p50"].value == pytest.approx(replayed.decision_latency_ms["p50"].value, abs=60)
    assert live.eager_waste.n == pytest.approx(replayed.eager_waste.n, rel=0.15)
    assert live.ended_by_timeout.value == pytest.approx(replayed.ended_by_timeout.value, abs=0.1)


def test_only_the_first_end_of_a_turn_is_judged() -> None:
    table = trace_table([played(random_clip("clip", 3), Setting(eot=0.5, timeout_ms=500))])
    (score,) = recorded_scores(table)
    assert all(len(turn.cut_offs) <= 1 for turn in score.turns)
