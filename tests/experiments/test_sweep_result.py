"""The report of a recorded sweep is kept beside each of its recordings."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.experiments.read_traces import setting_of
from flux_desktop.experiments.sweep import SweepRecording
from flux_desktop.experiments.sweep_plan import SweepPlan
from flux_desktop.experiments.sweep_result import kept_report
from flux_desktop.reports.findings import read_experiment
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip
from tests.ui.scripted import plan


def test_the_report_is_kept_with_its_notes(tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "two")
    for folder in folders:
        folder.mkdir()
    traces = tuple(played(random_clip(f"clip {seed}", seed), HIGHEST) for seed in range(2))
    recording = SweepRecording(traces=traces, sessions=folders, missing=1, notes=("A note.", "A note."))
    base = plan(1)
    report = kept_report(SweepPlan(base=base, data="d"), recording, sentence="One is missing.")
    assert report.sessions == ["one", "two"]
    assert report.current == setting_of(base.options)
    assert report.notes[:2] == ["A note.", "One is missing."]
    for folder in folders:
        experiment = read_experiment(folder)
        assert experiment is not None
        assert experiment.title == "Threshold sweep"
        assert experiment.sentences[-len(report.notes) :] == report.notes
