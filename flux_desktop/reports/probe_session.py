"""A probe as a session: its raw traffic as a recording of kind “probe”, and its findings beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from flux_desktop.base.redaction import redact_values
from flux_desktop.engine.recording.recording_file import RUN_FILE, compressor, worker_file
from flux_desktop.engine.recording.session_folder import create_session, default_sessions_dir
from flux_desktop.engine.records.events import ConnectionEnded, Event, RunEnded, RunStarted, encode_event
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.flux.probe_findings import ProbeReport
from flux_desktop.reports.findings import ExperimentReport, keep_experiment
from flux_desktop.reports.probe_text import MARKS, supported_words


def keep_probe_session(report: ProbeReport, plan: RunPlan, traffic: Iterable[Event], parent: Path | None) -> Path:
    """Write the session folder of a probe that has ended; blocks. Raises `OSError`."""
    events = list(traffic)
    plan = msgspec.structs.replace(plan, purpose="probe", connections=max(1, report.streams), limits=())
    started = RunStarted(t=0.0, wall_time=report.wall_time, plan=plan.public, version=report.version)
    folder = create_session(parent or default_sessions_dir(), started)
    ledger = Counter(event.summary.ledger.value for event in events if isinstance(event, ConnectionEnded))
    ended = RunEnded(
        t=report.duration_s,
        verdict=Verdict.DONE if report.reachable else Verdict.FAIL,
        ledger=dict(ledger),
        reasons=[report.problem] if report.problem else [],
    )
    _append(folder / worker_file(1), events)
    _append(folder / RUN_FILE, [ended])
    keep_experiment([folder], probe_experiment(report))
    return folder


def probe_experiment(report: ProbeReport) -> ExperimentReport:
    """The findings as a table for lists and reports."""
    finding = supported_words(report) if report.reachable else "not reached or refused"
    sentences = [report.problem] if report.problem else []
    sentences += [f"Unknown message: {text}" for text in report.unknown_messages]
    return ExperimentReport(
        title="What the build supports",
        finding=finding,
        sentences=sentences,
        headings=["Feature", "Documented", "This build", "Seen"],
        rows=[[each.feature, each.documented, MARKS[each.outcome], each.seen] for each in report.findings],
    )


def _append(path: Path, events: Iterable[Event]) -> None:
    member = compressor()
    lines = redact_values(b"".join(encode_event(event) for event in events))
    with path.open("ab") as file:
        file.write(member.compress(lines) + member.flush())
    path.chmod(0o600)
