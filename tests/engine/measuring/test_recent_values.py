"""The newest values of one kind."""

from __future__ import annotations

from flux_desktop.engine.measuring.histogram import of_values
from flux_desktop.engine.measuring.recent_values import RecentValues


def test_nothing_is_kept_at_first() -> None:
    recent = RecentValues(3)
    assert (len(recent), recent.newest, list(recent.values())) == (0, None, [])


def test_the_oldest_are_replaced() -> None:
    recent, newest, kept = RecentValues(3), [], []
    for value in (1.0, 2.0, 3.0, 4.0, 5.0):
        recent.append(value)
        newest.append(recent.newest)
        kept.append(sorted(recent.values()))
    assert newest == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert kept == [[1.0], [1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [3.0, 4.0, 5.0]]
    assert len(recent) == 3


def test_their_percentiles_do_not_change_them() -> None:
    recent = RecentValues(4)
    for value in (9.0, 4.0, 1.0, 3.0, 2.0):
        recent.append(value)
    assert (of_values(recent.values()).p50_ms, of_values(recent.values(), unit_ms=1000).max_ms) == (2.0, 4000.0)
    assert sorted(recent.values()) == [1.0, 2.0, 3.0, 4.0]
