"""The end of a run as its user asked for it: text or JSON on standard output, and one JSON line per connection."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec

from flux_desktop import __version__
from flux_desktop.base.plain_text import encodable, plain, plain_json
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import redact_data
from flux_desktop.cli.accuracy_text import worst_lines
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import STDOUT_NAMES
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.cli.summary_text import summary_lines
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.stages import STREAMS_MAX
from flux_desktop.reports.files import write_whole
from flux_desktop.reports.run_result import FinalSummary, RunResult, final_summary
from flux_desktop.reports.summary_jsonl import summary_jsonl


def deliver(
    args: argparse.Namespace, summary: FinalSummary, connections: Sequence[ConnectionSummary], printer: Printer
) -> ExitCode:
    """Print and write what `args` ask for; returns USAGE if a file could not be written, else OK.

    A run that could not be carried out has only its problem to report, unless `args` ask for JSON.
    """
    summary = msgspec.structs.replace(summary, version=summary.version or __version__)
    if summary.problem is not None:
        complain(plain(summary.problem.sentence()))
        connections = [_with_problem(each, summary.problem) for each in connections]
    status = _write_jsonl(args.summary_jsonl, summary, connections, printer) if args.summary_jsonl else ExitCode.OK
    if args.json:
        if status:
            summary = msgspec.structs.replace(summary, exit_code=summary.exit_code or int(status))
        printer.line(plain_json(msgspec.json.encode(summary).decode()))
    elif summary.problem is None or any(each.ledger is not LedgerClass.NOT_STARTED for each in connections):
        for line in summary_lines(summary):
            printer.line(line)
        for text in worst_lines(summary.accuracy.worst) if summary.accuracy is not None else ():
            printer.styled(text)
    return status


def deliver_not_started(args: argparse.Namespace, problem: Problem, status: ExitCode, printer: Printer) -> None:
    """As `deliver`, for a run that has no valid plan."""
    planned = args.connections if 1 <= args.connections <= STREAMS_MAX else 1
    ended = RunEnded(t=0.0, verdict=Verdict.FAIL, ledger={LedgerClass.NOT_STARTED.value: planned}, problem=problem)
    result = RunResult(keep_turns=False)
    summary = final_summary(result, ended, exit_code=int(status))
    summary = msgspec.structs.replace(summary, endpoint=encodable(args.endpoint or ""))
    deliver(args, summary, result.planned_summaries(planned), printer)


def _write_jsonl(
    path: str, summary: FinalSummary, connections: Sequence[ConnectionSummary], printer: Printer
) -> ExitCode:
    text = summary_jsonl(connections, version=summary.version, endpoint=summary.endpoint, accuracy=summary.accuracy)
    if path in STDOUT_NAMES:
        printer.line(redact_data(text).rstrip("\n"))
        return ExitCode.OK
    try:
        write_whole(Path(path), text)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE
    return ExitCode.OK


def _with_problem(connection: ConnectionSummary, problem: Problem) -> ConnectionSummary:
    if connection.ledger is not LedgerClass.NOT_STARTED or connection.problem is not None:
        return connection
    return msgspec.structs.replace(connection, problem=problem)
