"""`flux-stress file` and `flux-stress microphone`: from the flags to a run on the terminal."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from flux_desktop.audio.devices import input_devices
from flux_desktop.audio.piped import is_piped, save_piped
from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.build_remarks import build_remarks
from flux_desktop.cli.cluster import cluster_pool
from flux_desktop.cli.cost import cost_sentence, prices_from, stream_minutes
from flux_desktop.cli.documents import FLAGS, check_documents
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cli.paths import sessions_folder
from flux_desktop.cli.planning import file_plan, microphone_plan, remarks, unsent_configure
from flux_desktop.cli.results import deliver_not_started
from flux_desktop.cli.session_care import after_run, before_run
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.cli.terminal_run import TerminalRun
from flux_desktop.engine.measuring.stream_budget import StreamBudget
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.cost import budget_stream_minutes


def run_file(args: argparse.Namespace) -> int:
    """Carry out `flux-stress file`; returns the exit status."""
    if args.file is None or not is_piped(args.file):
        return _run(args, file_plan)
    with TemporaryDirectory(prefix="flux-stress-") as folder:

        def piped_plan(args: argparse.Namespace) -> RunPlan:
            args.file = str(save_piped(args.file, Path(folder)))
            return file_plan(args)

        return _run(args, piped_plan)


def run_microphone(args: argparse.Namespace) -> int:
    """Carry out `flux-stress microphone`, or list the microphones; returns the exit status."""
    return _list_devices() if args.list_devices else _run(args, microphone_plan)


def _run(args: argparse.Namespace, plan_of: Callable[[argparse.Namespace], RunPlan]) -> int:
    try:
        check_documents(args, ("summary_jsonl", *FLAGS))
    except ProblemError as error:
        deliver_not_started(args, error.problem, ExitCode.USAGE, Printer())
        return ExitCode.USAGE
    try:
        sessions_dir = sessions_folder(args)
        plan = plan_of(args)
        prices = prices_from(args)
        budget = StreamBudget(budget_stream_minutes(args.budget, prices)) if args.budget is not None else None
    except ProblemError as error:
        status = problem_exit_code(error.problem)
        deliver_not_started(args, error.problem, status, Printer())
        return status
    for remark in [*remarks(args), unsent_configure(plan), *build_remarks(plan), cost_sentence(plan, prices)]:
        if remark:
            complain(plain(remark))
    before_run(stream_minutes(plan), sessions_dir)
    try:
        with cluster_pool(args) as pool:
            run = TerminalRun(args, plan, sessions_dir, budget, pool)
            try:
                return asyncio.run(run.run())
            finally:
                after_run([run.session_folder])
    except ProblemError as error:
        status = problem_exit_code(error.problem)
        deliver_not_started(args, error.problem, status, Printer())
        return status


def _list_devices() -> int:
    try:
        devices = asyncio.run(input_devices())
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)
    printer = Printer()
    printer.line("Microphones, for --device:" if devices else "No microphone was found.")
    for device in devices:
        mark = " (default)" if device.is_default else ""
        printer.line(f"  [{device.index}] {plain(device.name)} ({device.default_sample_rate_hz} Hz){mark}")
    return ExitCode.OK
