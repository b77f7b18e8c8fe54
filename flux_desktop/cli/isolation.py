"""`flux-stress isolation`: does a stream influence later or neighbouring streams?"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.consent import agreed
from flux_desktop.cli.documents import check_documents, write_documents
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code, without_result
from flux_desktop.cli.paths import sessions_folder
from flux_desktop.cli.planning import checked, options_from, plan_from
from flux_desktop.cli.session_care import after_run, before_run
from flux_desktop.cli.stop_signals import StopSignals
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.comparing.isolation import (
    ConditionResult,
    IsolationResult,
    delay_text,
    rule_text,
    shift_text,
)
from flux_desktop.experiments.clip_run import ClipRun
from flux_desktop.experiments.isolation import (
    IsolationPhase,
    IsolationRun,
    check_isolation,
    isolation_clips,
    longest_minutes,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.add_endpoint_argument(parser)
    parser.add_argument("--yes", action="store_true", help="start without asking")
    arguments.add_streams_per_channel(parser)
    arguments.add_flux_arguments(parser)
    arguments.add_place_arguments(parser)
    out = parser.add_argument_group("results")
    arguments.add_document_arguments(out)
    out.add_argument("--json", action="store_true", help="print only the result on stdout, as JSON")
    out.add_argument("--sessions-dir", metavar="DIR", help="where to create the session folders (default: user data)")
    arguments.add_log_level(out, "INFO")
    parser.set_defaults(duration=None, chunk_ms=80.0, reconnect=False, limit=[], connections=1)


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        sessions_dir = sessions_folder(args)
        check_documents(args)
        clips = isolation_clips()
        base = checked(plan_from(args, WavSource(path=str(clips[0].path)), options_from(args)))
        stream_minutes, minutes = longest_minutes(clips, base.options.eot_timeout_ms_in_force)
        if not agreed(args, base, stream_minutes, minutes):
            complain("Nothing was started.")
            return ExitCode.USAGE
        before_run(stream_minutes, sessions_dir)
        isolation_run, interrupted = asyncio.run(_check(base, sessions_dir))
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)
    try:
        return _deliver(args, isolation_run, interrupted=interrupted)
    finally:
        after_run(isolation_run.sessions)


def _deliver(args: argparse.Namespace, isolation_run: IsolationRun, *, interrupted: bool) -> int:
    if isolation_run.result is None:
        status, why = without_result(isolation_run.problem, interrupted=interrupted)
        complain(plain(why))
        return status
    printer = Printer()
    if args.json:
        printer.line(plain_json(msgspec.json.encode(isolation_run.result).decode()))
    else:
        for line in result_lines(isolation_run.result):
            printer.line(line)
    for note in isolation_run.notes:
        complain(plain(note))
    complain(f"Recorded in {plain(', '.join(str(folder) for folder in isolation_run.sessions))}.")
    written = write_documents(args, isolation_run.sessions[-1] if isolation_run.sessions else None)
    if isolation_run.notes:
        return ExitCode.INVALID
    return written if isolation_run.result.passed else ExitCode.LIMIT_BROKEN


async def _check(base: RunPlan, sessions_dir: Path | None) -> tuple[IsolationRun, bool]:
    runs: list[ClipRun] = []
    stopped: list[bool] = []

    def stop() -> None:
        stopped.append(True)
        for each in runs:
            each.stop()

    def show(phase: IsolationPhase) -> None:
        complain(f"{phase.name[:1].upper()}{phase.name[1:]}: {amount(len(phase.entries), 'stream')}.")

    with StopSignals(lambda _: stop()):
        isolation_run = await check_isolation(
            base, on_phase=show, on_run=runs.append, is_stopped=lambda: bool(stopped), sessions_dir=sessions_dir
        )
    return isolation_run, bool(stopped)


def result_lines(result: IsolationResult) -> list[str]:
    """The verdict with its figures."""
    lines = [result.sentence, ""]
    lines.append(
        f"{'compared with fresh streams':<30}{'streams':>8}{'higher':>8}{'lower':>8}{'p':>8}  confidence, end of turn"
    )
    lines += [_line(condition) for condition in result.conditions]
    lines.append("")
    lines.append(rule_text(result))
    return lines


def _line(condition: ConditionResult) -> str:
    shifts = ", ".join(filter(None, (shift_text(condition), delay_text(condition))))
    return (
        f"{condition.name:<30}{condition.streams:>8}{condition.higher:>8}{condition.lower:>8}{condition.p:>8.3f}"
        f"  {shifts}"
    )
