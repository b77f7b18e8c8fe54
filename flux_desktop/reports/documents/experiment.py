"""What a sweep or a comparison of two arms found, kept beside its sessions so that their reports show it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import ProblemError
from flux_desktop.evaluation.comparing.paired import ArmComparison
from flux_desktop.evaluation.statistics.intervals import Estimate, ms_text, percent_text
from flux_desktop.evaluation.thresholds.sweep_report import SweepReport
from flux_desktop.evaluation.turns.turn_figures import TurnFigures
from flux_desktop.reports.files import write_whole

EXPERIMENT_FILE = "experiment.json"
_POINTS_MAX = 400


class ExperimentReport(Struct, frozen=True, kw_only=True):
    """Sentences, a table, and for a sweep the curve of the best settings."""

    schema: int = 1
    title: str
    sentences: list[str]
    headings: list[str]
    rows: list[list[str]]
    curve: list[tuple[float, float]] = []
    """Wait in ms and cut-offs in percent of the holds."""
    curve_label: str = ""


def sweep_experiment(report: SweepReport) -> ExperimentReport:
    """A sweep: the presets with their figures, and the settings that no other one beats."""
    rows = [_preset_row("Current setting", report.current.text, report.current_figures)]
    for preset in report.presets:
        name = f"{preset.limit.name.capitalize()}, at most {100 * preset.limit.cut_share_max:g} % cut off"
        setting = preset.setting.text if preset.setting is not None else ""
        rows.append(_preset_row(name, setting or preset.undecided, preset.figures))
    curve = [
        (point.wait_p50_ms.value, 100 * point.cut_offs_per_hold.value)
        for point in report.frontier[:_POINTS_MAX]
        if point.wait_p50_ms.value is not None and point.cut_offs_per_hold.value is not None
    ]
    sentences = [
        f"{report.turns} turns with {report.holds} holds in {report.clips} clips, recorded at {report.recorded.text}; "
        f"{report.settings_evaluated:,} settings evaluated.",
        "Cut off: share of the holds (pauses of 0.2 to 5 s inside a turn) in which the turn was ended. Wait: from the "
        "true end of a turn to the decision, in audio time.",
        *report.notes,
    ]
    return ExperimentReport(
        title="Threshold sweep",
        sentences=sentences,
        headings=["", "Setting", "Cut off, of holds", "Wait p50", "Wait p95"],
        rows=rows,
        curve=sorted(curve),
        curve_label="Cut-offs over wait p50 of the best settings",
    )


def ab_experiment(
    names: tuple[str, str], figures: tuple[TurnFigures, TurnFigures], comparison: ArmComparison
) -> ExperimentReport:
    """Two arms on the same clips."""
    arms = zip(("A", "B"), names, figures, strict=True)
    return ExperimentReport(
        title="A against B",
        sentences=[
            comparison.sentence,
            f"The primary figure was {comparison.primary.value}; {comparison.turns} turns in "
            f"{comparison.conversations} conversations were heard by both.",
        ],
        headings=["", "Setting", "Cut off, of holds", "Wait p50", "Wait p95"],
        rows=[_preset_row(arm, name, each) for arm, name, each in arms],
    )


def _preset_row(name: str, setting: str, figures: TurnFigures | None) -> list[str]:
    if figures is None:
        return [name, setting, "", "", ""]
    waits = figures.decision_latency_ms
    none = Estimate()
    return [
        name,
        setting,
        percent_text(figures.cut_offs_per_hold),
        ms_text(waits.get("p50", none)),
        ms_text(waits.get("p95", none)),
    ]


def keep_experiment(folders: Iterable[Path], report: ExperimentReport) -> None:
    """Keep what was found beside each of its sessions; a folder that cannot be written to is left out. Blocks."""
    for folder in folders:
        if folder.is_dir():
            with contextlib.suppress(ProblemError):
                write_whole(folder / EXPERIMENT_FILE, msgspec.json.encode(report))


def read_experiment(folder: Path) -> ExperimentReport | None:
    """What the experiment that a session is part of has found; None where there is none. Blocks."""
    try:
        return msgspec.json.decode((folder / EXPERIMENT_FILE).read_bytes(), type=ExperimentReport)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return None
