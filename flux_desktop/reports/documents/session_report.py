"""Everything that a report shows of a session, as texts and numbers: the one source of all its formats.

report = read_session_report(folder)      # blocks; raises ProblemError
"""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.amounts import amount
from flux_desktop.base.work_share import OnProgress, WorkShare, unwatched
from flux_desktop.datasets.reader import MANIFEST
from flux_desktop.engine.recording.recording_file import recording_bytes
from flux_desktop.engine.records.facts import Verdict, outcome_word
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.flux.query import shown_query
from flux_desktop.reports.accuracy import heard_parts, run_accuracy
from flux_desktop.reports.accuracy_text import accuracy_rows
from flux_desktop.reports.data_identity import data_hash, identity_of
from flux_desktop.reports.documents.account import read_account
from flux_desktop.reports.documents.latencies import read_latencies
from flux_desktop.reports.documents.report_figures import report_figures, report_percentiles
from flux_desktop.reports.documents.report_parts import SessionReport
from flux_desktop.reports.documents.slow_turns import slow_turns
from flux_desktop.reports.documents.turn_timelines import worst_timelines
from flux_desktop.reports.findings import found_sentence, read_capacity, read_experiment
from flux_desktop.reports.generator_text import generator_text
from flux_desktop.reports.heard_run import HeardRun, read_heard_run
from flux_desktop.reports.run_result import FinalSummary, final_summary
from flux_desktop.reports.session_summary import read_recorded_run

_READINGS = 3
"""How often the recording is read; all else takes little time."""


def read_session_report(folder: Path, on_progress: OnProgress = unwatched) -> SessionReport:
    """Read a session folder; raises `ProblemError` (session_unreadable) and `WorkEndedError`. Blocks."""
    read = _reading(folder, on_progress)
    recorded = read_recorded_run(folder, read.add)
    heard_run = read_heard_run(folder, read.add)
    parts = [] if heard_run is None else heard_parts(heard_run)
    accuracy = run_accuracy(parts)
    capacity, experiment, account = read_capacity(folder), read_experiment(folder), _account(folder)
    summary = final_summary(
        recorded.result, recorded.ended, session_folder=folder.name, accuracy=accuracy, account=account
    )
    latencies = read_latencies(folder, read.add)
    verdict = outcome_word(summary.verdict, interrupted=summary.interrupted)
    if not recorded.is_complete and verdict != Verdict.INVALID:
        verdict = "CUT OFF"
    started = recorded.result.started
    return SessionReport(
        title=f"{recorded.plan.endpoint}, {folder.name}",
        headline=found_sentence(verdict, capacity, experiment) or _headline(summary, verdict),
        verdict=verdict,
        remark=recorded.remark,
        wall_time=started.wall_time if started else "",
        figures=report_figures(summary, latencies, accuracy, capacity.result if capacity else None),
        facts=_facts(recorded.plan, summary, _data_words(heard_run), started.notes if started else []),
        percentiles=report_percentiles(summary),
        accuracy_rows=accuracy_rows(accuracy) if accuracy else [],
        worst=list(accuracy.worst) if accuracy else [],
        timelines=worst_timelines(parts, accuracy.worst) if accuracy else [],
        slowest=slow_turns(latencies),
        capacity=capacity,
        experiment=experiment,
        summary=summary,
        connections=recorded.connections,
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


def _headline(summary: FinalSummary, verdict: str) -> str:
    completed = summary.ledger.get("completed", 0)
    outcome = f"{completed:,} of {amount(summary.planned, 'connection')} completed"
    p95_ms = summary.update_latency_user_clock.get("p95_ms")
    latency = f", Update latency p95 {p95_ms:.0f} ms" if p95_ms is not None else ""
    reason_text = "; ".join(summary.reasons)
    reasons = f" {reason_text[:1].upper()}{reason_text[1:]}." if reason_text else ""
    if summary.problem is not None:
        return f"{verdict}: {summary.problem.sentence()}"
    return f"{verdict}: {outcome}{latency}.{reasons}"


def _data_words(heard_run: HeardRun | None) -> str:
    identity = identity_of(heard_run.references.values()) if heard_run is not None else {}
    return f"{amount(len(identity), 'clip')}, hash {data_hash(identity)}" if identity else ""


def _facts(plan: RunPlan, summary: FinalSummary, data: str, notes: list[str]) -> list[tuple[str, str]]:
    match plan.source:
        case WavSource():
            audio = Path(plan.source.path).name + (", repeated" if plan.source.loop else "")
        case DataSetSource():
            path = Path(plan.source.path)
            name = path.parent.name if path.name == MANIFEST else path.name
            audio = f"data set {name}, seed {plan.source.seed}"
        case _:
            audio = f"microphone {plan.source.device_name}"
    facts = [
        ("Endpoint", plan.endpoint),
        ("Region", plan.region),
        ("Variant", plan.target_variant or "as routed"),
        ("Server build", plan.bundle),
        ("Audio", audio),
        *([("Data sent", data)] if data else []),
        ("Parameters", shown_query(plan.options)),
        ("Connections", "on demand" if plan.on_demand else str(plan.connections)),
        *([("Streams per channel", f"up to {shared}")] if (shared := plan.streams_per_channel) > 1 else []),
        ("Duration", f"{summary.duration_s:.1f} s"),
        ("flux-desktop", summary.version),
    ]
    generators = [("Generator", generator_text(row)) for row in summary.generators]
    return [*facts, *generators, *(("Note", note) for note in notes)]
