"""Latencies of one connection's Updates by both clocks."""

from __future__ import annotations

import pytest

from flux_desktop.engine.measuring.histogram import of_values
from flux_desktop.engine.measuring.update_latencies import RECENT_UPDATES, UpdateLatencies
from flux_desktop.engine.records.facts import Percentiles


def test_nothing_is_kept_at_first() -> None:
    latencies = UpdateLatencies()
    assert (latencies.newest_user_ms, list(latencies.recent_user_ms())) == (None, [])
    assert latencies.percentiles() == (Percentiles(), Percentiles())


def test_the_oldest_are_replaced_and_all_are_counted_once() -> None:
    latencies, n = UpdateLatencies(), 2 * RECENT_UPDATES + 10
    for number in range(1, n + 1):
        latencies.add(float(number), 2.0 * number)
        assert latencies.newest_user_ms == number
        if number in (3, RECENT_UPDATES, RECENT_UPDATES + 7):
            assert sorted(latencies.recent_user_ms()) == list(range(max(1, number - RECENT_UPDATES + 1), number + 1))
            user, wire = latencies.percentiles()
            assert (user.n, user.max_ms, wire.n, wire.max_ms) == (number, number, number, 2.0 * number)
    assert sorted(latencies.recent_user_ms()) == list(range(n - RECENT_UPDATES + 1, n + 1))
    assert of_values(latencies.recent_user_ms()).max_ms == n
    user, wire = latencies.percentiles()
    assert (user.n, wire.n) == (n, n)
    assert (user.p50_ms, wire.p50_ms) == (pytest.approx(n / 2, rel=1e-3), pytest.approx(n, rel=1e-3))
