"""One run on a terminal: prints its events as they come, reacts to signals, and ends with a summary."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import encodable, plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.cli.account import account_of
from flux_desktop.cli.documents import write_documents
from flux_desktop.cli.live_table import LiveFigures, LiveTable, audio_s
from flux_desktop.cli.outcome import exit_code
from flux_desktop.cli.results import deliver
from flux_desktop.cli.stop_signals import StopSignals
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.cli.transcript import TranscriptLines
from flux_desktop.engine.measuring.stream_budget import StreamBudget
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    GeneratorsSeen,
    LevelMeasured,
    Notice,
    RunEnded,
    RunStarted,
    Snapshot,
    TranscriptProvenance,
)
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.engine.supervision.worker_pool import WorkerPool
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.reports.accuracy import RunAccuracy, read_accuracy
from flux_desktop.reports.run_result import RunResult, final_summary

_ACCURACY_MAX_S = 600.0
"""For the recording of hours on hundreds of connections; `flux-stress summary` has no limit."""
_log = logging.getLogger("flux_desktop.cli")


class TerminalRun:
    """One run of `plan` as the flags in `args` ask for it."""

    def __init__(
        self,
        args: argparse.Namespace,
        plan: RunPlan,
        sessions_dir: Path | None = None,
        budget: StreamBudget | None = None,
        pool: WorkerPool | None = None,
    ) -> None:
        self._args = args
        self._plan = plan
        self._printer = Printer()
        self._result = RunResult(keep_turns=False)
        self._lines = None if args.quiet or args.json else TranscriptLines()
        self._table = None if args.quiet else _table(plan, args)
        self._waiting: list[str] = []
        self._reported_problems: set[str] = set()
        self._reported_sources: set[str] = set()
        self._notes = ""
        """Said at the start: a transcript's source that is named there is not said again."""
        self._stops = 0
        self._budget = budget
        self._is_budget_used_up = False
        self._supervisor = Supervisor(self._on_event, sessions_dir=sessions_dir, pool=pool)

    @property
    def session_folder(self) -> Path | None:
        """Where the run is recorded."""
        return self._supervisor.session_folder

    async def run(self) -> int:
        """Run to the end; returns the exit status."""
        plan = self._plan
        _log.info("%s: %s with %s", plan.endpoint, amount(plan.connections, "connection"), plan.options.model)
        with StopSignals(self._stop):
            if self._table:
                self._draw(self._table.start)
            try:
                # Messages are for the transcript alone: what is counted comes with the end of each connection.
                self._supervisor.send(Watch(connections=[] if self._lines is None else None))
                ended = await self._supervisor.run(plan)
            finally:
                if self._table:
                    self._draw(self._table.stop)
                self._flush()
            accuracy = await self._accuracy()
            is_left = self._stops > 1 or self._printer.closed
            account = None if is_left else await account_of(self._supervisor.session_folder)
            return self._finish(ended, accuracy, account)

    async def _accuracy(self) -> RunAccuracy | None:
        """From the recording; None without one, without references, and after a second signal."""
        folder = self._supervisor.session_folder
        if folder is None or self._stops > 1 or self._printer.closed:
            return None
        try:
            return await file_work("Reading the recording", lambda: read_accuracy(folder), _ACCURACY_MAX_S)
        except OSError as error:
            complain(f"The accuracy is not known: the recording cannot be read: {error.strerror or error}.")
        except ProblemError as error:
            complain(plain(error.problem.sentence()))
        return None

    def _finish(self, ended: RunEnded, accuracy: RunAccuracy | None, account: AccountTimeline | None) -> int:
        interrupted = bool(self._stops) or self._printer.closed
        status = exit_code(ended, self._result.summaries.values(), interrupted=interrupted)
        folder = self._supervisor.session_folder
        if interrupted:
            ended = msgspec.structs.replace(ended, interrupted=True)
        summary = final_summary(
            self._result,
            ended,
            exit_code=int(status),
            session_folder=None if folder is None else encodable(str(folder)),
            accuracy=accuracy,
            account=account,
        )
        summary.endpoint = summary.endpoint or self._plan.endpoint
        connections = self._result.planned_summaries(summary.planned)
        written = deliver(self._args, summary, connections, self._printer)
        if folder is not None:
            written = write_documents(self._args, folder) or written
        return status or written

    def _on_event(self, event: Event) -> None:
        self._result.feed(event)
        if self._budget is not None and not self._is_budget_used_up and self._budget.is_used_up(event):
            self._is_budget_used_up = True
            complain(
                f"The budget of {self._budget.limit:,.4g} stream-minutes is used up: finishing open turns and closing "
                "the streams."
            )
            self._supervisor.stop(drain=True, interrupts=False)
        if self._lines is not None:
            self._waiting += self._lines.lines(event)
            # Under a live table every write redraws it: there the lines of one snapshot go out together.
            if self._table is None or isinstance(event, Snapshot):
                self._flush()
        match event:
            case Snapshot() if self._table is not None:
                table = self._table
                self._draw(lambda: table.update(event))
            case GeneratorsSeen() if self._table is not None:
                self._table.generators(event)
            case LevelMeasured() if self._table is not None:
                self._table.level(event)
            case RunStarted():
                self._notes = " ".join(event.notes)
                for note in event.notes:
                    complain(plain(note))
            case TranscriptProvenance():
                for source in sorted({name for names in event.sources.values() for name in names}):
                    if source not in self._reported_sources and source not in self._notes:
                        self._reported_sources.add(source)
                        complain(f"Transcript source: {plain(source)}.")
            case Notice():
                complain(plain(event.problem.sentence()))
            case ConnectionEnded() if event.summary.problem is not None:
                problem = event.summary.problem
                if problem.code not in self._reported_problems:
                    # One line for a problem that many connections share: the summary names them all.
                    self._reported_problems.add(problem.code)
                    complain(f"[Conn {event.summary.conn}] {plain(problem.sentence())}")
            case _:
                pass

    def _draw(self, draw: Callable[[], None]) -> None:
        try:
            draw()
        except OSError:  # the terminal has been closed
            self._table = None

    def _flush(self) -> None:
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        text, table = "\n".join(lines), self._table
        if table is not None and table.running and sys.stdout.isatty():
            self._draw(lambda: table.print_above(text))
            return
        self._printer.line(text)
        if self._printer.closed:
            self._supervisor.stop(drain=False)

    def _stop(self, number: signal.Signals) -> None:
        self._stops += 1
        if self._stops == 1:
            reason = "" if number is signal.SIGINT else f" ({number.name})"
            complain(
                f"Stopping{reason}: finishing open turns and closing the streams. "
                "Press Ctrl+C again to stop immediately."
            )
        self._supervisor.stop(drain=self._stops == 1)


def _table(plan: RunPlan, args: argparse.Namespace) -> LiveTable | None:
    """The live table on whichever terminal is available; with `--json`, standard output is not for it."""
    stream = sys.stdout if sys.stdout.isatty() and not args.json else sys.stderr
    if not stream.isatty():
        return None
    return LiveTable(Console(file=stream), LiveFigures(plan, audio_s(plan)))
