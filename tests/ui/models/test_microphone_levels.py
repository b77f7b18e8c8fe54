"""What is heard before a run is no part of it."""

from __future__ import annotations

from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.ui.models.microphone_levels import MicrophoneLevels


def test_only_the_run_is_heard() -> None:
    levels = MicrophoneLevels()
    before = LevelMeasured(t=0.1, rms_dbfs=-50.0, peak_dbfs=-40.0)
    levels.preview(before)
    assert (levels.newest, len(levels.peak), len(levels.heard_peak)) == (before, 1, 0)
    during = LevelMeasured(t=0.2, rms_dbfs=-30.0, peak_dbfs=-20.0)
    levels.take(during)
    assert levels.newest is during
    assert list(levels.rms.y) == [-50.0, -30.0]
    assert (list(levels.heard_peak.y), list(levels.heard_rms.y)) == ([-20.0], [-30.0])
