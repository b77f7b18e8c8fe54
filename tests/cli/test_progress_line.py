"""The line that says how far a series of clips is."""

from __future__ import annotations

from flux_desktop.cli.progress_line import progress_text
from flux_desktop.experiments.clip_run import ClipProgress


def test_the_time_left_follows_from_what_is_done() -> None:
    begun = ClipProgress(done=0, failed=0, total=72, open=8)
    assert progress_text(begun, "clips", 5.0) == "0 of 72 clips, 8 open"
    later = ClipProgress(done=12, failed=1, total=72, open=8)
    assert progress_text(later, "clips", 50.0) == "12 of 72 clips, 8 open, 1 failed, about 4:10 left"
