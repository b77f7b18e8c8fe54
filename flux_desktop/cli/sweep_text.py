"""The report of a threshold sweep as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.statistics.intervals import Estimate, ms_text, percent_text, wilson
from flux_desktop.evaluation.thresholds.presets import Preset
from flux_desktop.evaluation.thresholds.sweep_report import Confirmed, FrontierPoint, SweepReport
from flux_desktop.evaluation.turns.turn_figures import TurnFigures

DEFINITIONS = (
    "Cut-offs: share of the holds (pauses of 0.2 to 5 s inside a turn) in which the turn was ended. Wait: from the "
    "true end of a turn to the decision, in audio time."
)
_SILENCES_MS = (500, 1000, 1500, 2000)


def report_lines(report: SweepReport) -> list[str]:
    """Everything a person needs of a report, in reading order."""
    notes = [f"Note: {note}" for note in report.notes]
    if not report.turns:
        return ["", "This data does not decide anything: no clip with turns was recorded to its end.", *notes]
    lines = [
        "",
        f"{amount(report.turns, 'turn')} with {amount(report.holds, 'hold')} in {amount(report.clips, 'clip')}, "
        f"recorded {_times(report.repeats)} at {report.recorded.text}; "
        f"{amount(report.settings_evaluated, 'setting')} evaluated.",
        f"{DEFINITIONS} After the first decision within a turn, its holds and its end are not judged.",
    ]
    lines += ["", f"Current setting {report.current.text}"]
    lines += [f"  {line}" for line in figure_lines(report.current_figures)] if report.current_figures else []
    lines += ["", "Presets"]
    for preset in report.presets:
        lines += _preset_lines(preset)
    lines += ["", "Best settings (no other one beats them in both figures)", *_frontier_lines(report)]
    lines += ["", *_baseline_lines(report)]
    for confirmed in report.confirmed:
        lines += ["", *_confirmed_lines(confirmed)]
    return lines + notes


def figure_lines(figures: TurnFigures) -> list[str]:
    """All figures of one setting."""
    waits, leads = figures.decision_latency_ms, figures.eager_lead_ms
    rows = [
        ("cut off, of holds", percent_text(figures.cut_offs_per_hold)),
        *((f"  holds of {name}", percent_text(share)) for name, share in figures.cut_offs_by_hold_length.items()),
        ("cut off, of turns", percent_text(figures.cut_offs_per_turn)),
        *_in_speech(figures),
        ("missed", percent_text(figures.missed)),
        ("ended by timeout", percent_text(figures.ended_by_timeout)),
        *((f"wait {name}", ms_text(waits[name])) for name in waits),
        *((f"delivery {name}", ms_text(value)) for name, value in figures.delivery_latency_ms.items()),
    ]
    if figures.eager_waste.n:
        rows += [
            ("eager lead p50", ms_text(leads["p50"])),
            ("eager resumed", percent_text(figures.eager_waste)),
            ("extra replies per turn", _with_interval(figures.extra_replies_per_turn, ".2f")),
        ]
    return [f"{name:<24}{value}" for name, value in rows]


def _in_speech(figures: TurnFigures) -> list[tuple[str, str]]:
    """Cut-offs that the share of the holds does not count, if there are any."""
    count = figures.cut_offs_in_speech
    return [("  outside of holds", f"{count} time{'s' * (count != 1)}")] if count else []


def _preset_lines(preset: Preset) -> Iterator[str]:
    title = f"  {preset.limit.name} (at most {100 * preset.limit.cut_share_max:g} % cut off)"
    if preset.setting is None or preset.figures is None:
        yield f"{title}: {preset.undecided}"
        return
    yield f"{title}: {preset.setting.text}"
    yield f"    cut off, of holds     {percent_text(preset.figures.cut_offs_per_hold)}"
    yield f"    cut off, of turns     {percent_text(preset.figures.cut_offs_per_turn)}"
    for name, value in _in_speech(preset.figures):
        yield f"    {name:<22}{value}"
    for name in ("p50", "p95"):
        yield f"    wait {name}              {ms_text(preset.figures.decision_latency_ms[name])}"


def _frontier_lines(report: SweepReport) -> list[str]:
    head = f"  {'setting':<26}{'cut off, of holds':<44}{'wait p50':<48}"
    return [head.rstrip(), *(_frontier_line(point) for point in report.frontier)]


def _frontier_line(point: FrontierPoint) -> str:
    cut, wait = percent_text(point.cut_offs_per_hold), ms_text(point.wait_p50_ms)
    return f"  {point.setting.text:<26}{cut:<44}{wait}"


def _baseline_lines(report: SweepReport) -> list[str]:
    own = "; ".join(
        f"{point.silence_ms} ms: {percent_text(wilson(point.holds_cut, point.holds))}"
        for point in report.fixed_silence
        if point.silence_ms in _SILENCES_MS
    )
    public = "; ".join(
        f"{figure.detector} {figure.wait_ms} ms at {100 * figure.cut_share:g} %" for figure in report.public_figures
    )
    return [f"A fixed silence on this data: {own}.", f"Published ({report.public_figures_source}): {public}."]


def _confirmed_lines(confirmed: Confirmed) -> list[str]:
    error = confirmed.error
    return [
        f"Live at {confirmed.setting.text}",
        f"  cut off, of holds     live {percent_text(confirmed.live.cut_offs_per_hold)}; "
        f"replay {percent_text(confirmed.replayed.cut_offs_per_hold)}",
        f"  cut off, of turns     live {percent_text(confirmed.live.cut_offs_per_turn)}; "
        f"replay {percent_text(confirmed.replayed.cut_offs_per_turn)}",
        f"  wait p50              live {ms_text(confirmed.live.decision_latency_ms['p50'])}; "
        f"replay {ms_text(confirmed.replayed.decision_latency_ms['p50'])}",
        f"  decisions             {error.decisions:,} compared: {error.same:,} the same, {error.unseen:,} between two "
        f"messages, which no replay sees, {error.differing:,} different",
        f"  replay error          {_with_interval(error.error_ms, '+.0f', ' ms')} (replay minus live)",
    ]


def _with_interval(estimate: Estimate, form: str, unit: str = "") -> str:
    """An estimate with its interval and n; `form` is the format of its numbers."""
    if estimate.value is None:
        return "not known (n = 0)"
    interval = ""
    if estimate.low is not None and estimate.high is not None:
        interval = f"95 % interval {estimate.low:{form}} to {estimate.high:{form}}{unit}, "
    return f"{estimate.value:{form}}{unit} ({interval}n = {estimate.n:,})"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
