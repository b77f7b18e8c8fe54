"""The figures on top of a report and its durations: the values of `FinalSummary`, with intervals over connections."""

from __future__ import annotations

from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import Estimate, around, ms_text, percent_text, wilson
from flux_desktop.evaluation.turns.turn_figures import is_too_few
from flux_desktop.reports.accuracy import RunAccuracy
from flux_desktop.reports.documents.latencies import Latencies
from flux_desktop.reports.documents.report_parts import DEFINITIONS, LABELS, Figure, PercentileRow
from flux_desktop.reports.run_result import FinalSummary, shown_figures


def _interval_of(text: str) -> str:
    """The part in brackets of an estimate's text: its interval and n."""
    return text.partition("(")[2].removesuffix(")") or text


def report_figures(
    summary: FinalSummary, latencies: Latencies, accuracy: RunAccuracy | None, capacity: Result | None = None
) -> list[Figure]:
    """The figures on top; of a capacity search its result first."""
    completed = wilson(summary.ledger.get("completed", 0), summary.planned)
    figures = [
        *([] if capacity is None else [_capacity_figure(capacity)]),
        Figure(
            name="completed",
            label="Connections completed",
            text=f"{summary.ledger.get('completed', 0):,} of {summary.planned:,}",
            interval=_interval_of(percent_text(completed)),
            definition=DEFINITIONS["completed"],
            value=completed.value,
        ),
        *_latency_figures(summary, latencies),
    ]
    for words in accuracy.words if accuracy else ():
        figures.append(
            Figure(
                name=words.label,
                label=f"{words.label}, normalised",
                text=_value_text(words.normalised.rate, 100, "%"),
                interval=_interval_of(percent_text(words.normalised.rate)),
                definition=DEFINITIONS[words.label],
                value=words.normalised.rate.value,
            )
        )
    if accuracy is not None and accuracy.turns is not None:
        holds = accuracy.turns.cut_offs_per_hold
        figures.append(
            Figure(
                name="cut_offs_per_hold",
                label="Cut-offs per hold",
                text="too few holds" if is_too_few(holds) else _value_text(holds, 100, "%"),
                interval=_interval_of(percent_text(holds)),
                definition="Share of the silences inside turns, 0.2 to 5 s long, in which an end of turn was decided.",
                value=holds.value,
            )
        )
    return figures


def _capacity_figure(result: Result) -> Figure:
    known = result.kind in ("BRACKETED", "REFUSED", "LOWER BOUND")
    times = "once" if result.repeats < 2 else f"{result.repeats} times"
    if not known:
        interval = "this data does not decide it"
    elif result.fails is None:
        interval = f"at least; measured {times}"
    else:
        interval = f"between {result.passes} and {result.fails}, measured {times}"
    return Figure(
        name="capacity_streams",
        label="Capacity, conversations",
        text=str(result.passes) if known else "not known",
        interval=interval,
        definition=DEFINITIONS["capacity"],
        value=float(result.passes) if known else None,
    )


def _latency_figures(summary: FinalSummary, latencies: Latencies) -> list[Figure]:
    """The p95 of the summary, with the interval of the single values."""
    stated = {
        "update": summary.update_latency_user_clock,
        "wire": summary.update_latency_wire_clock,
        "end_delivery": shown_figures(summary).get("end_delivery", {}),
    }
    figures = []
    for name, values in stated.items():
        value, n = values.get("p95_ms"), int(values.get("n") or 0)
        if value is None:
            continue
        estimate = around(float(value), n, quantile(*latencies.values(name), 0.95))
        figures.append(
            Figure(
                name=f"{name}_p95_ms",
                label=f"{LABELS[name]} p95",
                text=f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms",
                interval=_interval_of(ms_text(estimate)),
                definition=DEFINITIONS[name],
                value=float(value),
            )
        )
    return figures


def report_percentiles(summary: FinalSummary) -> list[PercentileRow]:
    """All durations that were measured."""
    named = {
        "update": summary.update_latency_user_clock,
        "wire": summary.update_latency_wire_clock,
        **shown_figures(summary),
        "pacing": summary.pacing_error,
    }
    return [
        PercentileRow(
            name=name,
            label=LABELS.get(name, name),
            n=int(values.get("n") or 0),
            p50_ms=values.get("p50_ms"),
            p95_ms=values.get("p95_ms"),
            p99_ms=values.get("p99_ms"),
            max_ms=values.get("max_ms"),
            definition=DEFINITIONS.get(name, ""),
        )
        for name, values in named.items()
        if values.get("n")
    ]


def _value_text(estimate: Estimate, factor: float, unit: str) -> str:
    return "not known" if estimate.value is None else f"{estimate.value * factor:.1f} {unit}"
