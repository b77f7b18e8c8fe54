"""What a search takes at most."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.capacity.effort import longest_minutes, longest_stream_minutes
from flux_desktop.evaluation.capacity.report import PhaseDurations
from flux_desktop.evaluation.capacity.search import SearchSettings


def test_the_longest_search_is_announced() -> None:
    minutes = longest_stream_minutes(SearchSettings(max_streams=100), PhaseDurations())
    assert minutes == pytest.approx(100 * (2 + 10) * 1.5)
    assert longest_minutes(SearchSettings(repeats=3), PhaseDurations()) == pytest.approx(19 * 100 / 60)
