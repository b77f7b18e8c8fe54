"""The result of each kind of experiment in words, and what a list shows of it."""

from __future__ import annotations

from flux_desktop.evaluation.comparing.isolation import judge_isolation
from flux_desktop.evaluation.comparing.paired import ComparisonVerdict
from flux_desktop.evaluation.thresholds.sweep_report import sweep_report
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.confirm import compared
from flux_desktop.reports.experiment_results import (
    ab_experiment,
    confirm_experiment,
    isolation_experiment,
    sweep_experiment,
)
from tests.evaluation.comparing.test_paired import compared as compared_arms
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip

CLIPS = [random_clip(f"clip {seed}", seed) for seed in range(3)]
RECORDED = [played(clip, HIGHEST) for clip in CLIPS]


def test_a_sweep_without_turns_decides_nothing() -> None:
    report = sweep_experiment(sweep_report([], current=Setting(eot=0.7), endpoint="local"))
    assert report.rows[0][:2] == ["Current setting", Setting(eot=0.7).text]
    assert report.curve == []
    assert report.sentences[0].startswith("0 turns")
    assert report.finding == "0 of 3 presets"


def test_a_confirmation_shows_live_beside_replay() -> None:
    setting = Setting(eot=0.8)
    confirmed = compared(setting, [played(clip, setting) for clip in CLIPS], RECORDED)
    assert confirmed is not None
    report = confirm_experiment([confirmed])
    assert [row[:2] for row in report.rows] == [[setting.text, "live"], [setting.text, "replay"]]
    assert report.rows[0][2:] == report.rows[1][2:], "the built-in rules are replayed exactly"
    assert report.finding == f"0 of {confirmed.error.decisions} differ"
    assert confirm_experiment([]).finding == "undecided"


def test_a_comparison_says_which_arm_is_better() -> None:
    figures = sweep_report(RECORDED, current=Setting(), endpoint="e").current_figures
    assert figures is not None
    comparison = compared_arms(0.1)
    report = ab_experiment(("one", "two"), (figures, figures), comparison)
    assert comparison.verdict is ComparisonVerdict.WORSE
    assert report.finding == "B worse"
    assert report.answer == report.sentences[0] == comparison.sentence
    assert [row[:2] for row in report.rows] == [["A", "one"], ["B", "two"]]


def test_isolation_passes_fails_or_is_undecided() -> None:
    setting = Setting(eot=0.8)
    fresh = [played(CLIPS[0], setting)] * 6
    passed = isolation_experiment(judge_isolation(fresh, {"beside": fresh}))
    assert (passed.finding, passed.passed) == ("PASS", True)
    assert passed.rows[0][:2] == ["beside", "6"]
    nothing = isolation_experiment(judge_isolation([], {"beside": []}))
    assert (nothing.finding, nothing.passed) == ("undecided", False)
