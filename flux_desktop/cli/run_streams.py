"""`flux-stress file` and `flux-stress microphone`: a plan run by the engine, printed as it goes."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console

from flux_desktop.audio.devices import input_devices
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.live_table import LiveFigures, LiveTable, audio_s
from flux_desktop.cli.outcome import exit_code, problem_exit_code
from flux_desktop.cli.planning import file_plan, microphone_plan, remarks
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.cli.summary_text import summary_lines
from flux_desktop.cli.transcript import TranscriptLines
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    LevelMeasured,
    Notice,
    RunEnded,
    RunStarted,
    Snapshot,
    TranscriptProvenance,
)
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.flux.options import newer_build_notes
from flux_desktop.reports.files import check_writable, write_whole
from flux_desktop.reports.run_result import FinalSummary, RunResult, final_summary
from flux_desktop.reports.summary_jsonl import summary_jsonl

_log = logging.getLogger("flux_desktop.cli")


def run_file(args: argparse.Namespace) -> int:
    """Carry out `flux-stress file`; returns the exit status."""
    return _run(args, file_plan)


def run_microphone(args: argparse.Namespace) -> int:
    """Carry out `flux-stress microphone`, or list the microphones; returns the exit status."""
    return _list_devices() if args.list_devices else _run(args, microphone_plan)


def _run(args: argparse.Namespace, plan_of: Callable[[argparse.Namespace], RunPlan]) -> int:
    try:
        plan = plan_of(args)
        if args.summary_jsonl:
            check_writable(Path(args.summary_jsonl))
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE
    for remark in [*remarks(args), *newer_build_notes(plan.options)]:
        complain(remark)
    return asyncio.run(_Front(args, plan).run())


def _list_devices() -> int:
    try:
        devices = asyncio.run(input_devices())
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)
    printer = Printer()
    printer.line("Microphones, for --device:" if devices else "There is no microphone.")
    for device in devices:
        mark = " (default)" if device.is_default else ""
        printer.line(f"  [{device.index}] {plain(device.name)} ({device.default_sample_rate_hz} Hz){mark}")
    return ExitCode.OK


class _Front:
    """One run in front of a person: prints its events, listens to Ctrl+C, ends with a summary."""

    def __init__(self, args: argparse.Namespace, plan: RunPlan) -> None:
        self._args = args
        self._plan = plan
        self._printer = Printer()
        self._result = RunResult(keep_turns=False)
        self._lines = None if args.quiet or args.json else TranscriptLines()
        self._table = None if args.quiet else _table(plan, args)
        self._waiting: list[str] = []
        self._problems_told: set[str] = set()
        self._sources_told: set[str] = set()
        self._interrupts = 0
        self._supervisor = Supervisor(
            self._on_event, sessions_dir=Path(args.sessions_dir) if args.sessions_dir else None
        )

    async def run(self) -> int:
        """Run to the end; returns the exit status."""
        plan = self._plan
        _log.info("%s: %d connection(s) with %s", plan.endpoint, plan.connections, plan.options.model)
        with _on_interrupt(self._interrupted):
            if self._table:
                self._table.start()
            try:
                # Messages are for the transcript alone: what is counted comes with the end of each stream.
                self._supervisor.send(Watch(connections=[] if self._lines is None else None))
                ended = await self._supervisor.run(plan)
            except ProblemError as error:
                complain(plain(error.problem.sentence()))
                return ExitCode.INTERRUPTED if self._interrupts else problem_exit_code(error.problem)
            finally:
                if self._table:
                    self._table.stop()
                self._flush()
        return self._finish(ended)

    def _finish(self, ended: RunEnded) -> int:
        interrupted = bool(self._interrupts) or self._printer.gone
        status = exit_code(ended, self._result.summaries.values(), interrupted=interrupted)
        if self._args.summary_jsonl:
            try:
                summaries = self._result.planned_summaries(self._plan.connections)
                write_whole(Path(self._args.summary_jsonl), summary_jsonl(summaries))
            except ProblemError as error:
                complain(plain(error.problem.sentence()))
                status = status or ExitCode.USAGE
        folder = self._supervisor.session_folder
        if interrupted:
            ended = msgspec.structs.replace(ended, interrupted=True)
        summary = final_summary(
            self._result, ended, exit_code=int(status), session_folder=None if folder is None else str(folder)
        )
        self._print(summary)
        return status

    def _print(self, summary: FinalSummary) -> None:
        if summary.problem is not None:
            complain(plain(summary.problem.sentence()))
        if self._args.json:
            self._printer.line(plain_json(msgspec.json.encode(summary).decode()))
        elif summary.problem is None or self._result.summaries:
            for line in summary_lines(summary):
                self._printer.line(line)

    def _on_event(self, event: Event) -> None:
        self._result.feed(event)
        if self._lines is not None:
            self._waiting += self._lines.lines(event)
            # Under a live table every write redraws it: there the lines of one snapshot go out together.
            if self._table is None or isinstance(event, Snapshot):
                self._flush()
        match event:
            case Snapshot() if self._table is not None:
                self._table.update(event)
            case LevelMeasured() if self._table is not None:
                self._table.level(event)
            case RunStarted():
                for note in event.notes:
                    complain(plain(note))
            case TranscriptProvenance():
                for source in sorted({name for names in event.sources.values() for name in names}):
                    if source not in self._sources_told:
                        self._sources_told.add(source)
                        complain(f"Words come from {plain(source)}.")
            case Notice():
                complain(plain(event.problem.sentence()))
            case ConnectionEnded() if event.summary.problem is not None:
                problem = event.summary.problem
                if problem.code not in self._problems_told:
                    # Of a problem that many connections share, one line is enough: the summary has all numbers.
                    self._problems_told.add(problem.code)
                    complain(f"[Conn {event.summary.conn}] {plain(problem.sentence())}")
            case _:
                pass

    def _flush(self) -> None:
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        if self._table is not None and self._table.running and sys.stdout.isatty():
            self._table.print_above("\n".join(lines))
            return
        self._printer.line("\n".join(lines))
        if self._printer.gone:
            self._supervisor.stop(drain=False)

    def _interrupted(self) -> None:
        self._interrupts += 1
        if self._interrupts == 1:
            complain("Stopping: the streams are closed in order. Press Ctrl+C again to stop at once.")
        self._supervisor.stop(drain=self._interrupts == 1)


class _on_interrupt:  # noqa: N801 - used as a function
    """While inside, Ctrl+C and a termination request call a function on the loop instead of raising."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self._call)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._call))

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
            try:
                loop.remove_signal_handler(number)
            except NotImplementedError:
                signal.signal(number, handler)


def _table(plan: RunPlan, args: argparse.Namespace) -> LiveTable | None:
    """The live table on the terminal that there is; with `--json`, standard output is not for it."""
    stream = sys.stdout if sys.stdout.isatty() and not args.json else sys.stderr
    if not stream.isatty():
        return None
    return LiveTable(Console(file=stream), LiveFigures(plan, audio_s(plan)))
