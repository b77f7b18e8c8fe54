"""A few runs that are killed at random moments; `make kills` does it 200 times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust import kills


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds a run's processes by /proc")
async def test_what_a_kill_leaves_opens_and_is_no_litter() -> None:
    report = await kills.carry_out(5, at_once=5, seed=21, starting_share=0.2)
    print("\n".join(report.lines()))
    assert not report.faults
    assert {outcome.target for outcome in report.outcomes} == set(kills.TARGETS)
    assert sum(outcome.recordings for outcome in report.outcomes) >= 2, "most kills came while something was recorded"
