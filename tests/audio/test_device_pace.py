"""A device that delivers faster than real time is held to it; real devices are never held up."""

from __future__ import annotations

import random

import pytest

from flux_desktop.audio.device_pace import AHEAD_MAX_S, DevicePace

FRAME_S = 0.08


def test_a_device_without_a_pace_is_held_to_real_time() -> None:
    pace, now_s, frames = DevicePace(), 100.0, 0
    while now_s < 160.0:
        now_s += pace.count(FRAME_S, now_s) + 1e-5
        frames += 1
    assert frames * FRAME_S == pytest.approx(60.0, rel=0.03)


def test_jitter_and_a_fast_clock_hold_up_no_real_device() -> None:
    pace, dice = DevicePace(), random.Random(5)
    for number in range(100_000):
        nominal_s = number * FRAME_S / 1.0005
        assert pace.count(FRAME_S, nominal_s + dice.uniform(0, 0.15)) == 0


def test_a_device_that_stood_still_catches_up_without_waiting() -> None:
    pace = DevicePace()
    for number in range(10):
        pace.count(FRAME_S, number * FRAME_S)
    resumed_s = 10 * FRAME_S + 3.0
    assert [pace.count(FRAME_S, resumed_s) for _ in range(37)] == [0.0] * 37


def test_a_long_stop_is_no_licence_for_minutes_of_sound_at_once() -> None:
    pace = DevicePace()
    pace.count(FRAME_S, 0.0)
    waits_s = [pace.count(FRAME_S, 3600.0) for _ in range(100)]
    assert waits_s[-1] > 0
    assert sum(wait_s == 0 for wait_s in waits_s) * FRAME_S == pytest.approx(5.0 + AHEAD_MAX_S, abs=2 * FRAME_S)
