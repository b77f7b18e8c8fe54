"""State that survives a turn: which turns and streams have their confidence raised, on a stepped clock."""

from __future__ import annotations

from flux_desktop.local_endpoint.faults.residual_state import LASTS_S, ResidualState
from tests.local_endpoint.stepped_clock import SteppedClock


def looped_stream(shared: ResidualState, turns: int) -> None:
    stream = shared.new_stream()
    for _ in range(turns):
        stream.turn_ended()


def test_later_turns_of_a_stream_are_raised() -> None:
    stream = ResidualState(0.15, SteppedClock().now_s).new_stream()
    assert stream.offset == 0.0
    stream.turn_ended()
    assert stream.offset == 0.15
    stream.turn_ended()
    assert stream.offset == 0.15


def test_a_stream_after_a_longer_one_is_raised_from_its_first_turn() -> None:
    shared = ResidualState(0.15, SteppedClock().now_s)
    looped_stream(shared, turns=2)
    assert shared.new_stream().offset == 0.15


def test_a_stream_of_one_turn_leaves_nothing_behind() -> None:
    shared = ResidualState(0.15, SteppedClock().now_s)
    for _ in range(5):
        looped_stream(shared, turns=1)
        assert shared.new_stream().offset == 0.0


def test_neighbours_opened_meanwhile_are_raised_and_those_opened_before_are_not() -> None:
    shared = ResidualState(0.15, SteppedClock().now_s)
    before = shared.new_stream()
    looped_stream(shared, turns=3)
    assert before.offset == 0.0
    assert [shared.new_stream().offset for _ in range(3)] == [0.15] * 3


def test_the_state_is_lost_after_ten_seconds() -> None:
    clock = SteppedClock()
    shared = ResidualState(0.15, clock.now_s)
    looped_stream(shared, turns=2)
    clock.time_s += LASTS_S - 0.01
    assert shared.new_stream().offset == 0.15
    clock.time_s += 0.02
    assert shared.new_stream().offset == 0.0


def test_without_the_fault_nothing_is_raised() -> None:
    shared = ResidualState(0.0, SteppedClock().now_s)
    looped_stream(shared, turns=9)
    assert shared.new_stream().offset == 0.0
