"""The seconds in view: they follow, scroll and zoom within what there is."""

from __future__ import annotations

from itertools import pairwise

import pytest

from flux_desktop.ui.models.time_window import AHEAD, SPAN_MAX_S, SPAN_MIN_S, FollowedClock, TimeWindow


def test_it_follows_the_newest_audio_with_some_room_behind_it() -> None:
    window = TimeWindow(10.0)
    window.advance(4.0)
    assert window.start_s == 0.0
    window.advance(30.0)
    assert window.start_s == pytest.approx(30.0 - 10.0 * (1 - AHEAD))


def test_scrolling_back_stays_there_until_the_end_is_reached_again() -> None:
    window = TimeWindow(10.0)
    window.advance(60.0)
    window.scroll(-20.0)
    start_s = window.start_s
    window.advance(61.0)
    assert (window.start_s, window.follows) == (start_s, False)
    window.scroll(-1_000.0)
    assert window.start_s == 0.0
    window.scroll(1_000.0)
    assert (window.start_s, window.follows) == (window.latest_start_s, True)


def test_zooming_keeps_the_place_under_the_pointer() -> None:
    window = TimeWindow(10.0)
    window.advance(60.0)
    window.scroll(-30.0)
    share = (25.0 - window.start_s) / window.span_s
    window.zoom(2.0, 25.0)
    assert window.span_s == 5.0
    assert (25.0 - window.start_s) / window.span_s == pytest.approx(share)
    window.zoom(1e-9)
    assert window.span_s == SPAN_MAX_S
    window.zoom(1e9)
    assert window.span_s == SPAN_MIN_S


def test_zooming_while_it_follows_keeps_the_newest_audio_in_view() -> None:
    window = TimeWindow(10.0)
    window.advance(60.0)
    window.zoom(2.0, 52.0)
    assert window.follows
    assert window.start_s == window.latest_start_s


def test_a_position_is_brought_into_view() -> None:
    window = TimeWindow(10.0)
    window.advance(60.0)
    window.show(55.0)
    assert window.follows, "it was in view"
    window.show(20.0)
    assert (window.start_s, window.follows) == (15.0, False)


def test_the_clock_moves_between_reports_and_stands_still_when_they_stop() -> None:
    clock = FollowedClock()
    shown = [clock.now(10.0, 100.0)]
    for step in range(1, 200):
        shown.append(clock.now(10.0 + step // 6 * 0.1, 100.0 + step / 60))
    steps = [after - before for before, after in pairwise(shown)]
    assert min(steps) >= 0.0
    assert max(steps[30:]) < 0.03, "it does not jump with the reports"
    assert sum(steps[30:]) / len(steps[30:]) == pytest.approx(1 / 60, rel=0.05)
    last = clock.now(13.3, 200.0)
    assert clock.now(13.3, 201.0) == last == 13.3


def test_the_clock_follows_a_quicker_replay_and_jumps_over_a_long_wait() -> None:
    clock = FollowedClock()
    clock.now(0.0, 0.0)
    for step in range(1, 120):
        shown_s = clock.now(4.0 * step / 30, step / 30)
    assert 15.8 - shown_s < 1.0
    assert clock.now(500.0, 4.1) == 500.0
    assert clock.now(501.0, 4.2, moves=False) == 501.0
    clock.reset()
    assert clock.now(0.0, 9.0) == 0.0
