"""`flux-stress summary`: the summary of a recorded run, rebuilt from its session folder."""

from __future__ import annotations

import argparse

from flux_desktop.base.plain_text import encodable, plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import exit_code
from flux_desktop.cli.paths import check_output
from flux_desktop.cli.results import deliver
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.engine.recording.session_folder import session_named
from flux_desktop.engine.records.facts import outcome_word
from flux_desktop.reports.accuracy import read_accuracy
from flux_desktop.reports.documents.account import read_account
from flux_desktop.reports.findings import found_sentence, read_capacity, read_experiment
from flux_desktop.reports.run_result import final_summary
from flux_desktop.reports.session_summary import read_recorded_run


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status, which reports on this command and not on the recorded run."""
    try:
        if args.summary_jsonl:
            check_output("--summary-jsonl", args.summary_jsonl)
        folder = session_named(args.session)
        recorded = read_recorded_run(folder)
        accuracy = read_accuracy(folder)
        account = read_account(folder)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE
    if recorded.remark:
        complain(recorded.remark)
    result, ended = recorded.result, recorded.ended
    status = exit_code(ended, result.summaries.values(), interrupted=ended.interrupted)
    summary = final_summary(
        result,
        ended,
        exit_code=int(status),
        session_folder=encodable(str(folder)),
        accuracy=accuracy,
        account=account,
    )
    printer = Printer()
    written = deliver(args, summary, recorded.connections, printer)
    verdict = outcome_word(ended.verdict, interrupted=ended.interrupted) if recorded.is_complete else "CUT OFF"
    if not args.json and (found := found_sentence(verdict, read_capacity(folder), read_experiment(folder))):
        printer.line(plain(found))
    return written
