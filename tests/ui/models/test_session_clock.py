"""The clock of a session that is played: pause, seeking, speed."""

from __future__ import annotations

from flux_desktop.ui.models.session_clock import SessionClock


def test_time_passes_only_while_it_plays() -> None:
    clock = SessionClock(t=5.0)
    assert (clock.t(100.0), clock.running, clock.moment_s(6.0)) == (5.0, False, None)
    clock.play(100.0)
    clock.play(101.0)
    assert clock.t(103.0) == 8.0
    assert clock.moment_s(10.0) == 105.0
    clock.pause(104.0)
    assert clock.t(200.0) == 9.0


def test_seeking_keeps_it_going_or_standing() -> None:
    clock = SessionClock()
    clock.seek(7.0, 100.0)
    assert clock.t(150.0) == 7.0
    clock.play(150.0)
    clock.seek(-3.0, 160.0)
    assert (clock.t(161.0), clock.seeks) == (1.0, 2)


def test_a_faster_clock_reaches_a_moment_sooner() -> None:
    clock = SessionClock(speed=4.0)
    clock.play(100.0)
    assert clock.t(102.0) == 8.0
    assert clock.moment_s(8.0) == 102.0
