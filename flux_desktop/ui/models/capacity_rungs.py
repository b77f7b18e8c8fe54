"""Rungs of a capacity search as rows, tips and tables of text. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.capacity.rung import Judgement, RungOutcome, interval_text
from flux_desktop.ui.models import text

if TYPE_CHECKING:
    from flux_desktop.experiments.capacity_plan import Progress


class RungColumn(NamedTuple):
    """A column of the table of rungs; `meaning` is its tip."""

    name: str
    meaning: str


COLUMNS = (
    RungColumn("Streams", "Streams held at once. ↓: measured right after an overload. ×2, ×3: measured for longer"),  # noqa: RUF001
    RungColumn("Verdict", "PASS or FAIL where the whole 95 % interval is on one side of every limit"),
    RungColumn("ms", "The limited figure that is nearest to its limit, or furthest beyond it"),
    RungColumn("95 %", "Its 95 % interval over connections"),
    RungColumn("n", "Latencies measured"),
    RungColumn("Why", "Why the rung did not pass"),
)
MARKS: dict[Judgement, str] = {"PASS": "●", "FAIL": "■", "UNDECIDED": "▲", "INVALID": "✕"}
"""Shapes of the verdicts, as the curve draws them."""
VERDICT_TOKENS: dict[Judgement, str] = {"PASS": "ok", "FAIL": "danger", "UNDECIDED": "warn", "INVALID": "muted"}
"""Their colours."""


def rung_row(outcome: RungOutcome) -> tuple[str, ...]:
    """A rung as a row of `COLUMNS`; the figure is the one nearest to its limit."""
    worst = outcome.worst()
    figure, interval, count = "", "", ""
    if worst is not None and worst.value_ms is not None:
        figure, count = f"{worst.value_ms:,.0f}", f"{worst.n:,}"
        if worst.low_ms is not None:
            high = "open" if worst.high_ms is None else f"{worst.high_ms:,.0f}"
            interval = f"{worst.low_ms:,.0f} to {high}"
    return (streams_words(outcome), outcome.judgement, figure, interval, count, outcome.reason)


def streams_words(outcome: RungOutcome) -> str:
    """The number, marked where it was measured after an overload or for longer."""
    attempt = f" ×{outcome.attempt}" if outcome.attempt > 1 else ""  # noqa: RUF001
    return f"{outcome.streams}{' ↓' if outcome.approach == 'above' else ''}{attempt}"


def rung_tip(outcome: RungOutcome) -> str:
    """Everything about a rung."""
    how = {
        (False, "below"): "streams were added to those that were open",
        (True, "below"): "after all streams had been closed and a cool-down",
        (False, "above"): "right after an overload",
    }.get((outcome.after_cool_down, outcome.approach), "right after an overload")
    lines = [f"{outcome.judgement} with {amount(outcome.streams, 'stream')}, {how}"]
    lines += [
        f"{each.criterion.label}: {interval_text(each)}, limit {each.criterion.below_ms:g} ms"
        for each in outcome.measured
    ]
    if outcome.reason:
        lines.append(f"{outcome.reason[:1].upper()}{outcome.reason[1:]}")
    counts = [(outcome.connected, "open"), (outcome.refused, "refused")]
    counts += [(count, name) for count, name in ((outcome.lost, "lost"), (outcome.silent, "silent")) if count]
    streams = ", ".join(f"{count} {name}" for count, name in counts)
    lines.append(f"{streams}; measured for {outcome.measure_s:g} s")
    return "\n".join(lines)


def progress_words(progress: Progress | None) -> tuple[str, str]:
    """What a search in progress does, and how long this phase still takes."""
    if progress is None:
        return "Starting…", ""
    return (
        f"{amount(progress.rung.streams, 'stream')}: {progress.phase}, {progress.open_streams} open",
        f"at most {text.clock(max(0.0, progress.left_s))} left in this phase",
    )


def sort_keys(outcome: RungOutcome) -> tuple[float | None, ...]:
    """Numbers to sort the cells of a row by; None where its words are sorted."""
    worst = outcome.worst()
    value = worst.value_ms if worst is not None else None
    low = worst.low_ms if worst is not None else None
    return (outcome.streams, None, value, low, None if worst is None else worst.n, None)


def rungs_text(rungs: Sequence[RungOutcome]) -> str:
    """All rungs as a table to paste into a spreadsheet."""
    heads = "\t".join(column.name for column in COLUMNS)
    return "\n".join([heads, *("\t".join(rung_row(each)) for each in rungs)])
