"""Everything that a report shows of a session, as texts and numbers: the one source of all its formats.

    report = read_session_report(folder)      # blocks; raises ProblemError

The values are those of `FinalSummary`; intervals of latencies are computed here, over the connections.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from flux_desktop import __version__
from flux_desktop.base.work_share import OnProgress, WorkShare, unwatched
from flux_desktop.engine.recording.recording_file import recording_bytes
from flux_desktop.engine.records.facts import ConnectionSummary
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.evaluation.accuracy.word_accuracy import WorstTurn
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import Estimate, ms_text, percent_text, wilson
from flux_desktop.flux.query import query_string
from flux_desktop.reports.accuracy import RunAccuracy, read_accuracy
from flux_desktop.reports.accuracy_text import Row, accuracy_rows
from flux_desktop.reports.data_identity import data_hash, read_data_identity
from flux_desktop.reports.documents.account import read_account
from flux_desktop.reports.documents.latencies import Latencies, read_latencies
from flux_desktop.reports.findings import ExperimentReport, read_capacity, read_experiment
from flux_desktop.reports.run_result import FinalSummary, final_summary, shown_figures
from flux_desktop.reports.session_summary import read_recorded_run

DEFINITIONS = {
    "update": "From the moment the audio was spoken, by the plan, to the arrival of the Update about it. A late client "
    "counts against itself.",
    "wire": "From the send of the audio to the arrival of the Update about it: network and server alone.",
    "end_delivery": "From the moment the audio of a decided end of turn was spoken to the arrival of EndOfTurn.",
    "end_decision": "Audio time from the true end of the last word to the decided end of turn; thresholds move it.",
    "first_transcript": "From the true onset of speech to the first words.",
    "start_of_turn": "From the true onset of speech to StartOfTurn.",
    "end_of_turn": "From the true end of the last word to EndOfTurn.",
    "eager_lead": "How much earlier the eager end of turn came.",
    "configure": "From Configure to its answer.",
    "connect": "TCP and TLS.",
    "headers": "From the request to the response's headers.",
    "connected": "From the headers to Connected.",
    "close": "From CloseStream to the end of the stream.",
    "pacing": "How late this machine sent the audio. Above 40 ms at p99 the run is INVALID.",
    "completed": "Connections that were opened, transcribed and ended in order.",
    "WER": "Substituted, missing and extra words by reference words, after normalisation.",
    "CER": "Substituted, missing and extra characters by reference characters, after normalisation.",
}
LABELS = {
    "update": "Update latency (user clock)",
    "wire": "Update latency (wire clock)",
    "end_delivery": "End-of-turn delivery",
    "end_decision": "End-of-turn decision",
    "first_transcript": "First transcript",
    "start_of_turn": "Start of turn",
    "end_of_turn": "End of turn",
    "eager_lead": "Eager lead",
    "configure": "Configure round trip",
    "connect": "Connect",
    "headers": "Request to headers",
    "connected": "Headers to Connected",
    "close": "Close",
    "pacing": "Pacing error",
}

INTERVAL_NOTE = (
    "Intervals are 95 %: Wilson's for proportions, over connections for latencies, over conversations for the rest."
)


_READINGS = 3
"""How often the recording is read; all else takes little time."""


def interval_of(text: str) -> str:
    """The part in brackets of an estimate's text: its interval and n."""
    return text.partition("(")[2].removesuffix(")") or text


class Figure(Struct, frozen=True, kw_only=True):
    """One of the figures on top of a report."""

    name: str
    label: str
    text: str
    """The value with its unit."""
    interval: str
    """In words, with n."""
    definition: str
    value: float | None = None


class PercentileRow(Struct, frozen=True, kw_only=True):
    """One duration in ms."""

    name: str
    label: str
    n: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None
    definition: str


class SessionReport(Struct, kw_only=True):
    """A session as its reports show it."""

    schema: int = 1
    title: str
    headline: str
    """The verdict in one sentence."""
    verdict: str
    """DONE, PASS, FAIL, INVALID, INTERRUPTED or CUT OFF."""
    is_complete: bool
    wall_time: str
    program_version: str = __version__
    figures: list[Figure]
    facts: list[tuple[str, str]]
    """What was tested."""
    percentiles: list[PercentileRow]
    accuracy_rows: list[Row]
    worst: list[WorstTurn]
    capacity: CapacityReport | None
    experiment: ExperimentReport | None = None
    """What the sweep or the comparison that the session is part of has found."""
    summary: FinalSummary
    connections: list[ConnectionSummary]
    latencies: Latencies


def read_session_report(folder: Path, on_progress: OnProgress = unwatched) -> SessionReport:
    """Read a session folder; raises `ProblemError` (session_unreadable) and `WorkEndedError`. Blocks."""
    read = _reading(folder, on_progress)
    recorded = read_recorded_run(folder, read.add)
    accuracy = read_accuracy(folder, read.add)
    capacity, account = read_capacity(folder), _account(folder)
    summary = final_summary(
        recorded.result, recorded.ended, session_folder=folder.name, accuracy=accuracy, account=account
    )
    latencies = read_latencies(folder, read.add)
    verdict = summary.verdict if recorded.is_complete else "CUT OFF"
    verdict = "INTERRUPTED" if recorded.is_complete and summary.interrupted else verdict
    started = recorded.result.started
    connections = (
        recorded.result.ordered_summaries
        if recorded.plan.on_demand
        else recorded.result.planned_summaries(recorded.plan.connections)
    )
    return SessionReport(
        title=f"{recorded.plan.endpoint}, {folder.name}",
        headline=_headline(summary, verdict, capacity),
        verdict=verdict,
        is_complete=recorded.is_complete,
        wall_time=started.wall_time if started else "",
        figures=_figures(summary, latencies, accuracy),
        facts=_facts(recorded.plan, summary, _data_words(folder), started.notes if started else []),
        percentiles=_percentiles(summary),
        accuracy_rows=accuracy_rows(accuracy) if accuracy else [],
        worst=list(accuracy.worst) if accuracy else [],
        capacity=capacity,
        experiment=read_experiment(folder),
        summary=summary,
        connections=connections,
        latencies=latencies,
    )


def _reading(folder: Path, on_progress: OnProgress) -> WorkShare:
    try:
        return WorkShare(_READINGS * recording_bytes(folder), on_progress)
    except OSError:  # the first reading says what is wrong
        return WorkShare(0.0, on_progress)


def _account(folder: Path) -> AccountTimeline | None:
    try:
        return read_account(folder)
    except OSError:
        return None


def _headline(summary: FinalSummary, verdict: str, capacity: CapacityReport | None) -> str:
    if capacity is not None and capacity.result is not None:
        return capacity.sentence
    completed = summary.ledger.get("completed", 0)
    outcome = f"{completed} of {summary.planned} connections completed"
    p95_ms = summary.update_latency_user_clock.get("p95_ms")
    latency = f", Update latency p95 {p95_ms:.0f} ms" if p95_ms is not None else ""
    reasons = f" {'; '.join(summary.reasons)}." if summary.reasons else ""
    if summary.problem is not None:
        return f"{verdict}: {summary.problem.sentence()}"
    return f"{verdict}: {outcome}{latency}.{reasons}"


def _figures(summary: FinalSummary, latencies: Latencies, accuracy: RunAccuracy | None) -> list[Figure]:
    completed = wilson(summary.ledger.get("completed", 0), summary.planned)
    figures = [
        Figure(
            name="completed",
            label="Connections completed",
            text=f"{summary.ledger.get('completed', 0)} of {summary.planned}",
            interval=interval_of(percent_text(completed)),
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
                interval=interval_of(percent_text(words.normalised.rate)),
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
                text=_value_text(holds, 100, "%"),
                interval=interval_of(percent_text(holds)),
                definition="Share of the silences inside turns, 0.2 to 5 s long, in which an end of turn was decided.",
                value=holds.value,
            )
        )
    return figures


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
        found = quantile(*latencies.values(name), 0.95)
        estimate = Estimate(float(value), found.low, found.high, n) if found.n else Estimate(float(value), n=n)
        figures.append(
            Figure(
                name=f"{name}_p95_ms",
                label=f"{LABELS[name]} p95",
                text=f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms",
                interval=interval_of(ms_text(estimate)),
                definition=DEFINITIONS[name],
                value=float(value),
            )
        )
    return figures


def _data_words(folder: Path) -> str:
    try:
        identity = read_data_identity(folder)
    except OSError:
        return ""
    return (
        f"{len(identity)} {'clip' if len(identity) == 1 else 'clips'}, hash {data_hash(identity)}" if identity else ""
    )


def _facts(plan: RunPlan, summary: FinalSummary, data: str, notes: list[str]) -> list[tuple[str, str]]:
    match plan.source:
        case WavSource():
            audio = Path(plan.source.path).name + (", repeated" if plan.source.loop else "")
        case DataSetSource():
            audio = f"data set {Path(plan.source.path).name}, seed {plan.source.seed}"
        case _:
            audio = f"microphone {plan.source.device_name}"
    facts = [
        ("Endpoint", plan.endpoint),
        ("Region", plan.region),
        ("Variant", plan.target_variant or "as routed"),
        ("Server build", plan.bundle),
        ("Audio", audio),
        *([("Data sent", data)] if data else []),
        ("Parameters", query_string(plan.options)),
        ("Connections", "on demand" if plan.on_demand else str(plan.connections)),
        ("Duration", f"{summary.duration_s:.1f} s"),
        ("flux-desktop", summary.version),
    ]
    return [*facts, *(("Note", note) for note in notes)]


def _percentiles(summary: FinalSummary) -> list[PercentileRow]:
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
