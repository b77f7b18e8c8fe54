"""Simulated scaling, step by step on a clock of its own."""

from __future__ import annotations

import pytest

from flux_desktop.local_endpoint.sagemaker.instances import (
    ALARM_IN_PERIODS,
    INSTANCE_START_S,
    METRIC_S,
    InstanceGroup,
    ScalingSettings,
)

START_S = 1_000.0


def group(**settings: float) -> InstanceGroup:
    return InstanceGroup(ScalingSettings(target=2, max_instances=3, **settings), START_S)  # type: ignore[arg-type]


def opened(scaled: InstanceGroup, *names: str, now_s: float) -> None:
    for name in names:
        scaled.open(name, now_s)


def test_a_scale_out_has_its_stages_at_their_times() -> None:
    scaled = group()
    opened(scaled, "a", "b", "c", now_s=START_S + 1)
    scaled.advance(START_S + 29.9)
    assert not scaled.alarms[0].is_on
    scaled.advance(START_S + 30)
    high, low = scaled.alarms
    assert (high.is_on, high.changed_s, low.is_on) == (True, START_S + 30, False)
    (change,) = scaled.changes
    assert (change.before, change.after, change.began_s, change.ended_s) == (1, 2, START_S + 30, None)
    assert (scaled.desired, scaled.running(START_S + 30 + INSTANCE_START_S - 0.1)) == (2, 1)
    assert scaled.running(START_S + 30 + INSTANCE_START_S) == 2
    assert change.ended_s == START_S + 30 + INSTANCE_START_S
    assert [period.streams for period in scaled.periods][:3] == [3, 3, 3]


def test_streams_stay_and_new_ones_go_to_the_new_instance() -> None:
    scaled = group()
    opened(scaled, "a", "b", "c", now_s=START_S + 1)
    later_s = START_S + 300
    assert scaled.least_streams(later_s) == 0
    opened(scaled, "d", now_s=later_s)
    assert [scaled.beside(name) for name in ("a", "b", "c", "d")] == [3, 3, 3, 1]
    assert scaled.beside("unknown") == 0


def test_no_more_instances_than_allowed_and_only_after_the_cool_down() -> None:
    scaled = group()
    opened(scaled, *map(str, range(100)), now_s=START_S + 1)
    scaled.advance(START_S + 5000)
    assert scaled.running(START_S + 5000) == 3
    assert [change.after for change in scaled.changes] == [3]


def test_a_scale_in_waits_for_the_last_stream_of_the_instance_that_leaves() -> None:
    scaled = group()
    opened(scaled, "a", "b", "c", now_s=START_S + 1)
    opened(scaled, "d", now_s=START_S + 300)
    for name in ("a", "b"):
        scaled.close(name, START_S + 301)
    quiet_s = START_S + 310 + (ALARM_IN_PERIODS + 1) * METRIC_S
    assert scaled.running(quiet_s) == 2
    assert (scaled.desired, scaled.alarms[1].is_on) == (1, True)
    left = "c" if scaled.beside("c") and scaled._instances[0].is_leaving else "d"
    scaled.close(left, quiet_s + 1)
    assert scaled.running(quiet_s + 2) == 1
    scaled.advance(quiet_s + 20)
    assert scaled.changes[-1].ended_s is not None


def test_speed_divides_every_duration() -> None:
    scaled = group(speed=100.0)
    opened(scaled, "a", "b", "c", now_s=START_S)
    assert scaled.period_s == pytest.approx(0.1)
    assert scaled.running(START_S + 0.3 + INSTANCE_START_S / 100 + 0.01) == 2


def test_a_short_peak_makes_no_alarm() -> None:
    scaled = group()
    opened(scaled, "a", "b", "c", now_s=START_S + 1)
    scaled.close("a", START_S + 12)
    scaled.advance(START_S + 100)
    assert not scaled.alarms[0].is_on
    assert scaled.changes == []
    assert [period.streams for period in scaled.periods][:3] == [3, 3, 2]


def test_without_a_target_nothing_scales() -> None:
    fixed = InstanceGroup(ScalingSettings(), START_S)
    opened(fixed, *map(str, range(10)), now_s=START_S)
    assert fixed.running(START_S + 1000) == 1
    assert fixed.alarms == []
    assert fixed.periods[0].streams == 10
