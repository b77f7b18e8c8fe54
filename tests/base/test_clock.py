"""Steps of the wall clock, measured against a steady one."""

from __future__ import annotations

from flux_desktop.base.clock import ClockWatch, steady_s


def test_a_step_is_told_from_the_passing_of_time() -> None:
    now = {"wall": 1000.0, "steady": 5.0}
    watch = ClockWatch(lambda: now["wall"], lambda: now["steady"])
    now["wall"] += 60
    now["steady"] += 60
    assert watch.step_s == 0
    now["wall"] += 900
    assert watch.step_s == 900
    now["wall"] -= 1800
    assert watch.step_s == -900


def test_the_steady_clock_moves() -> None:
    before_s = steady_s()
    assert steady_s() >= before_s
