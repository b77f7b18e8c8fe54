"""The report of a recorded sweep, kept beside its recordings so that lists and reports of sessions show it."""

from __future__ import annotations

from collections.abc import Sequence

from flux_desktop.evaluation.thresholds.presets import LIMITS, PresetLimit
from flux_desktop.evaluation.thresholds.sweep_report import SweepReport, sweep_report
from flux_desktop.experiments.read_traces import setting_of
from flux_desktop.experiments.sweep import SweepRecording
from flux_desktop.experiments.sweep_plan import SweepPlan
from flux_desktop.reports.experiment_results import sweep_experiment
from flux_desktop.reports.findings import keep_experiment


def kept_report(
    plan: SweepPlan, recording: SweepRecording, limits: Sequence[PresetLimit] = LIMITS, sentence: str = ""
) -> SweepReport:
    """Evaluate a recording at the current setting of its plan, and keep the result. Blocks for a second or more."""
    notes = [*dict.fromkeys(recording.notes), *([sentence] if sentence else [])]
    report = sweep_report(
        recording.traces,
        current=setting_of(plan.base.options),
        endpoint=plan.base.endpoint,
        limits=limits,
        notes=notes,
        sessions=[folder.name for folder in recording.sessions],
    )
    keep_experiment(recording.sessions, sweep_experiment(report))
    return report
