"""The line that says how far a series of clips is."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.cli.progress_line import progress_text, show_notice
from flux_desktop.engine.records.events import Notice, WorkerHeartbeat
from flux_desktop.experiments.clip_run import ClipProgress


def test_the_time_left_follows_from_what_is_done() -> None:
    begun = ClipProgress(done=0, failed=0, total=72, open=8)
    assert progress_text(begun, "clips", 5.0) == "0 of 72 clips, 8 open"
    later = ClipProgress(done=12, failed=1, total=72, open=8)
    assert progress_text(later, "clips", 50.0) == "12 of 72 clips, 8 open, 1 failed, about 4:10 left"
    many = ClipProgress(done=1200, failed=0, total=3600, open=8)
    assert progress_text(many, "clips", 600.0) == "1,200 of 3,600 clips, 8 open, about 20:00 left"


def test_notices_are_shown_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    show_notice(WorkerHeartbeat())
    show_notice(Notice(t=0.0, problem=Problem(code="clip_left_out", what="The clip a.wav is left out.")))
    assert capsys.readouterr().err == "The clip a.wav is left out.\n"
