"""Items of hours come back as they were, and are found by their places."""

from __future__ import annotations

import bisect
import random

import pytest

from flux_desktop.base.side_store import SideFile
from flux_desktop.ui.models.history import BLOCK, DECODED_KEPT, NEWEST_KEPT, History, PointHistory


def filled(count: int) -> History[float]:
    history = History(float, SideFile())
    for number in range(count):
        history.append(float(number // 2))
    return history


@pytest.mark.parametrize("count", [0, 1, NEWEST_KEPT, 3 * NEWEST_KEPT + 5])
def test_an_item_is_found_whether_it_is_in_memory_or_stored(count: int) -> None:
    history, plain = filled(count), [float(number // 2) for number in range(count)]
    for value in (-1.0, 0.0, 0.5, 10.0, count / 2 - NEWEST_KEPT / 2, count / 2 - 1, count / 2 + 3):
        assert history.left(value, float) == bisect.bisect_left(plain, value)
        assert history.right(value, float) == bisect.bisect_right(plain, value)
    assert list(history) == plain == history[:]


def test_only_the_newest_are_changed() -> None:
    history = filled(2 * NEWEST_KEPT)
    last = len(history) - 1
    assert [index for index, _ in history.newest()] == list(range(last, last - NEWEST_KEPT, -1))
    history.replace(last, 500.0)
    history.insert(last, 400.0)
    assert history[-2:] == [400.0, 500.0]
    history.insert(0, 300.0)
    assert history[len(history) - NEWEST_KEPT - 1] == 300.0, "it is stored as the newest of the older ones"
    history.remove(500.0)
    with pytest.raises(ValueError, match="not in list"):
        history.remove(0.0)


def test_of_what_is_looked_at_a_bounded_part_stays_in_memory() -> None:
    history = filled(DECODED_KEPT + 3 * NEWEST_KEPT)
    assert len(history[:]) == len(history)
    assert history[5] is history[5]
    assert 0 < len(history._decoded) < DECODED_KEPT


def test_points_between_two_places_come_with_their_neighbours() -> None:
    points, plain = PointHistory(SideFile()), []
    chance, x = random.Random(5), 0.0
    for number in range(3 * BLOCK + 17):
        x += chance.choice((0.0, 0.25, 0.5))
        plain.append((x, number / 1024))
        points.append(*plain[-1])
    assert len(points) == len(plain)
    assert points.last_x == x
    xs = [point[0] for point in plain]
    edges = [-1.0, 0.0, xs[BLOCK - 1], xs[BLOCK], xs[BLOCK] + 0.1, xs[2 * BLOCK], x - 1, x, x + 5]
    for from_x in edges:
        for until_x in (edge for edge in edges if edge >= from_x):
            first, last = bisect.bisect_left(xs, from_x), bisect.bisect_right(xs, until_x)
            assert points.between(from_x, until_x) == plain[max(0, first - 1) : last + 1]


def test_no_points_are_between_any_places() -> None:
    assert PointHistory(SideFile()).between(0.0, 1.0) == []
