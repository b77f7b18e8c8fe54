"""Tests for cluster.clock_offset."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.cluster.clock_offset import OffsetEstimate


def test_the_shortest_round_trip_counts() -> None:
    offset = OffsetEstimate()
    assert (offset.offset_s, offset.error_s) == (0.0, float("inf"))
    offset.add(10.0, 110.5, 11.0)
    assert (offset.offset_s, offset.error_s) == (100.0, 0.5)
    offset.add(20.0, 120.05, 20.2)
    assert round(offset.offset_s, 9) == 99.95
    assert round(offset.error_s, 9) == 0.1
    offset.add(30.0, 131.0, 34.0)
    assert round(offset.offset_s, 9) == 99.95, "a slow answer changes nothing"


@given(
    true_s=st.floats(-1e6, 1e6),
    trips=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=20),
)
def test_the_true_offset_is_within_the_stated_error(true_s: float, trips: list[tuple[float, float]]) -> None:
    offset = OffsetEstimate()
    for number, (there_s, back_s) in enumerate(trips):
        asked_s = 100.0 * number
        offset.add(asked_s, asked_s + there_s + true_s, asked_s + there_s + back_s)
    assert abs(offset.offset_s - true_s) <= offset.error_s + 1e-6


def test_an_old_answer_is_forgotten_because_clocks_drift() -> None:
    offset = OffsetEstimate()
    offset.add(0.0, 0.0, 0.0)
    for number in range(64):
        offset.add(float(number), number + 1.1, number + 0.2)
    assert round(offset.offset_s, 9) == 1.0
