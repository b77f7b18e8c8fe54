"""The result of each kind of experiment as lists and reports show it: sweep, confirmation, A/B, isolation."""

from __future__ import annotations

from collections.abc import Sequence

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.comparing.isolation import IsolationResult, rule_text, shift_text
from flux_desktop.evaluation.comparing.paired import ArmComparison, ComparisonVerdict
from flux_desktop.evaluation.statistics.intervals import Estimate, ms_text, percent_text
from flux_desktop.evaluation.thresholds.sweep_report import Confirmed, SweepReport
from flux_desktop.evaluation.turns.turn_figures import TurnFigures
from flux_desktop.reports.findings import ExperimentReport

_FIGURES = ("Cut off, of holds", "Cut off, of turns", "Wait p50", "Wait p95")
_DEFINITIONS = (
    "Cut off: share of the holds (pauses of 0.2 to 5 s inside a turn) in which the turn was ended. Wait: from the true "
    "end of a turn to the decision, in audio time."
)
_FINDINGS = {
    ComparisonVerdict.BETTER: "B better",
    ComparisonVerdict.WORSE: "B worse",
    ComparisonVerdict.NO_DIFFERENCE: "no difference",
    ComparisonVerdict.UNDECIDED: "undecided",
}


def sweep_experiment(report: SweepReport) -> ExperimentReport:
    """A sweep: the presets with their figures, and the settings that no other one beats."""
    rows = [["Current setting", report.current.text, *_figure_cells(report.current_figures)]]
    for preset in report.presets:
        name = f"{preset.limit.name.capitalize()}, at most {100 * preset.limit.cut_share_max:g} % cut off"
        setting = preset.setting.text if preset.setting is not None else ""
        rows.append([name, setting or preset.undecided, *_figure_cells(preset.figures)])
    curve = [
        (point.wait_p50_ms.value, 100 * point.cut_offs_per_hold.value)
        for point in report.frontier
        if point.wait_p50_ms.value is not None and point.cut_offs_per_hold.value is not None
    ]
    supported_count = sum(preset.setting is not None for preset in report.presets)
    return ExperimentReport(
        title="Threshold sweep",
        finding=f"{supported_count} of {len(report.presets)} presets",
        answer=f"this data supports a setting for {supported_count} of {len(report.presets)} presets.",
        sentences=[
            f"{amount(report.turns, 'turn')} with {amount(report.holds, 'hold')} in {amount(report.clips, 'clip')}, "
            f"recorded at {report.recorded.text}; {amount(report.settings_evaluated, 'setting')} evaluated.",
            _DEFINITIONS,
            *report.notes,
        ],
        headings=["", "Setting", *_FIGURES],
        rows=rows,
        curve=sorted(curve),
        curve_label="Cut-offs over wait p50 of the best settings",
    )


def confirm_experiment(confirmed: Sequence[Confirmed]) -> ExperimentReport:
    """Settings run live, each beside its replay."""
    rows = []
    decisions = differing = 0
    for each in confirmed:
        rows.append([each.setting.text, "live", *_figure_cells(each.live)])
        rows.append([each.setting.text, "replay", *_figure_cells(each.replayed)])
        decisions += each.error.decisions
        differing += each.error.differing
    return ExperimentReport(
        title="Live confirmation",
        finding=f"{differing:,} of {decisions:,} differ" if decisions else "undecided",
        sentences=[
            f"{differing:,} of {amount(decisions, 'decision')} differ between the live runs and the replay of the "
            "recording."
            if decisions
            else "This data does not decide it: no decision of the live runs can be compared with the replay.",
            _DEFINITIONS,
        ],
        headings=["Setting", "How", *_FIGURES],
        rows=rows,
    )


def ab_experiment(
    names: tuple[str, str],
    figures: tuple[TurnFigures, TurnFigures],
    comparison: ArmComparison,
    notes: Sequence[str] = (),
) -> ExperimentReport:
    """Two arms on the same clips."""
    arms = zip(("A", "B"), names, figures, strict=True)
    return ExperimentReport(
        title="A against B",
        finding=_FINDINGS[comparison.verdict],
        answer=comparison.sentence,
        sentences=[
            comparison.sentence,
            f"The primary figure was {comparison.primary.value}; {comparison.turns:,} turns in "
            f"{comparison.conversations:,} conversations were transcribed by both.",
            _DEFINITIONS,
            *notes,
        ],
        headings=["", "Setting", *_FIGURES],
        rows=[[arm, name, *_figure_cells(each)] for arm, name, each in arms],
    )


def isolation_experiment(result: IsolationResult) -> ExperimentReport:
    """Whether streams influence each other."""
    decided = result.sentence.startswith(("PASS", "FAIL"))
    return ExperimentReport(
        title="Isolation of streams",
        finding=result.sentence.partition(":")[0] if decided else "undecided",
        answer=result.sentence,
        passed=result.passed,
        sentences=[result.sentence, rule_text(result)],
        headings=["Compared with fresh streams", "Streams", "Higher", "Lower", "p", "Confidence"],
        rows=[
            [each.name, str(each.streams), str(each.higher), str(each.lower), f"{each.p:.3f}", shift_text(each)]
            for each in result.conditions
        ],
    )


def _figure_cells(figures: TurnFigures | None) -> list[str]:
    if figures is None:
        return [""] * len(_FIGURES)
    waits, none = figures.decision_latency_ms, Estimate()
    return [
        percent_text(figures.cut_offs_per_hold),
        percent_text(figures.cut_offs_per_turn),
        ms_text(waits.get("p50", none)),
        ms_text(waits.get("p95", none)),
    ]
