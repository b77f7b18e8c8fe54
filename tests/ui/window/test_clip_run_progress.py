"""What is shown of an experiment that streams clips."""

from __future__ import annotations

from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.experiments.clip_run import ClipProgress
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.window.clip_run_progress import ClipRunProgress, shown_plan


def test_a_new_run_begins_without_the_clips_of_the_last_one() -> None:
    progress = ClipRunProgress(AppState())
    progress.take(ClipProgress(done=2, failed=1, total=12, open=1))
    assert progress.shown().share == 0.25
    progress.begin()
    assert progress.shown() == (0.0, "Starting…", "connecting")


def test_the_window_shows_the_data_set_on_the_connections_at_a_time() -> None:
    base = RunPlan(endpoint="local", source=WavSource(path="a.wav"), duration_s=5.0)
    plan = shown_plan(base, "clips", 7)
    assert (plan.source, plan.connections, plan.on_demand) == (DataSetSource(path="clips"), 7, True)
    assert plan.duration_s is None
