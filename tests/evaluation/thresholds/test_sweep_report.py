"""The report of a sweep: complete, encodable, and honest about what was not evaluated."""

from __future__ import annotations

import msgspec

from flux_desktop.evaluation.thresholds.grid import evaluate
from flux_desktop.evaluation.thresholds.sweep_report import SCHEMA_VERSION, SweepReport, frontier_points, sweep_report
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip

TRACES = [played(random_clip(f"clip {seed}", seed), HIGHEST) for seed in range(10)]


def test_a_report_has_every_figure_and_survives_json() -> None:
    report = sweep_report([*TRACES, *TRACES], current=Setting(), endpoint="e", sessions=["s"])
    assert (report.schema, report.clips, report.turns, report.repeats) == (SCHEMA_VERSION, 10, 20, 2)
    assert report.current_figures is not None
    assert report.current_figures.cut_offs_per_turn.n == 20
    assert [preset.limit.name for preset in report.presets] == ["fast", "balanced", "patient"]
    shares = [point.cut_offs_per_hold.value or 0.0 for point in report.frontier]
    assert shares == sorted(shares)
    assert all(point.wait_p50_ms.n for point in report.frontier)
    encoded = msgspec.json.encode(report)
    assert f'"schema":{SCHEMA_VERSION}'.encode() in encoded
    assert msgspec.json.decode(encoded, type=SweepReport) == report


def test_a_setting_beyond_the_recording_is_explained() -> None:
    below = [played(random_clip("clip", 1), Setting(eot=0.8, timeout_ms=5000))]
    report = sweep_report(below, current=Setting(eot=0.9), endpoint="e")
    assert report.current_figures is None
    assert "Only thresholds up to 0.8 can be evaluated" in report.notes[0]
    assert report.recorded == Setting(eot=0.8, timeout_ms=5000)


def test_a_p95_of_few_waits_is_not_stated() -> None:
    many = [played(random_clip(f"clip {seed}", seed), HIGHEST) for seed in range(40)]
    report = sweep_report(many, current=Setting(), endpoint="e")
    known = [point.wait_p95_ms.value is not None for point in report.frontier]
    assert known == [point.wait_p50_ms.n >= 59 for point in report.frontier]
    assert any(known)
    assert not all(known)
    repeated = sweep_report(TRACES * 4, current=Setting(), endpoint="e")
    assert all(point.wait_p95_ms.value is None for point in repeated.frontier), "repeats are no further waits"


def test_a_long_frontier_is_thinned_out_with_both_ends_kept() -> None:
    table = trace_table(TRACES)
    grid = evaluate(table)
    every, few = frontier_points(table, grid, 1000), frontier_points(table, grid, 3)
    assert len(few) == 3 < len(every)
    assert (few[0], few[-1]) == (every[0], every[-1])


def test_without_traces_there_is_nothing_to_show() -> None:
    report = sweep_report([], current=Setting(), endpoint="e")
    assert (report.turns, report.frontier, report.current_figures) == (0, [], None)
