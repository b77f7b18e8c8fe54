"""Shares and times of work that takes long."""

from __future__ import annotations

from flux_desktop.ui.models.work_progress import of_clips, of_share


def test_the_time_left_is_at_the_rate_so_far() -> None:
    assert of_share(0.25, 30.0) == (0.25, "25 %", "01:30 left")
    assert of_share(0.25, 30.0, "Reading") == (0.25, "Reading", "01:30 left")
    assert of_share(0.0, 0.0).left == ""


def test_a_run_of_clips_goes_by_its_plan_and_by_its_clips() -> None:
    assert of_clips(0, 0, 0, 0.0, 60.0) == (0.0, "Starting…", "connecting")
    assert of_clips(2, 1, 12, 30.0, 60.0) == (0.5, "3 of 12 clips, 1 failed", "00:30 left")
    assert of_clips(12, 0, 12, 90.0, 60.0) == (1.0, "12 of 12 clips", "finishing")
    assert of_clips(3, 0, 12, 30.0, None) == (0.25, "3 of 12 clips", "01:30 left")
