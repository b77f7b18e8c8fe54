"""A capacity search on an endpoint: one run on demand, loaded rung by rung as `evaluation.capacity.search` decides.

Streams are added to those that are open; each has clips of its own. The run is recorded as any other; the search and
its result are written beside the recording (`REPORT_FILE`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event, RunEnded, RunStarted
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.evaluation.capacity.search import Rung, interrupted, next_rung
from flux_desktop.experiments.capacity_plan import CapacityPlan, Progress
from flux_desktop.experiments.clip_run import MakeEngine
from flux_desktop.experiments.held_streams import HeldStreams
from flux_desktop.experiments.load_observer import LoadObserver
from flux_desktop.experiments.rung_measurement import RungMeasurement
from flux_desktop.reports.documents.account import instances_in_service
from flux_desktop.reports.files import write_whole

_log = logging.getLogger(__name__)
INTERRUPTED = "interrupted"
"""The reason of a search that its user has stopped."""
_LOOK_S = 0.25
_EARLY_EVERY_S = 5.0


class StoppedError(Exception):
    """The search ends early, for the reason in its text."""


class SenderLostError(Exception):
    """A part of what sends is gone, as in the text: no rung from then on says anything about the endpoint."""


class CapacitySearch:
    """Carries out one search. `instances` returns how many instances the endpoint has, None where that is unknown;
    without it, what is observed of the account counts."""

    def __init__(
        self,
        plan: CapacityPlan,
        *,
        on_rung: Callable[[RungOutcome], None] = lambda _: None,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_event: Callable[[Event], None] = lambda _: None,
        instances: Callable[[], Awaitable[int | None]] | None = None,
        local: LocalEndpoint | None = None,
        sessions_dir: Path | None = None,
        make_engine: MakeEngine | None = None,
    ) -> None:
        """`make_engine` makes the engine of a front end, which then says what endpoint and sessions it uses."""
        self.report = CapacityReport(
            endpoint=plan.run.endpoint, criteria=plan.criteria, search=plan.search, timing=plan.timing
        )
        self.problem: Problem | None = None
        """Why the run failed as a whole, if it did."""
        self.unrecorded = ""
        """What the recording lacks, known after the run."""
        self._plan = plan
        self._on_rung, self._on_progress, self._on_event = on_rung, on_progress, on_event
        self._instances = instances
        self._observer = LoadObserver()
        self._started = asyncio.Event()
        self._stop_reason = ""
        self._began_s = time.monotonic()
        self._run_origin_s = 0.0
        self._rung = Rung(streams=0)
        make = make_engine or partial(Supervisor, local=local, sessions_dir=sessions_dir)
        self._supervisor = make(self._take)
        self._supervisor.send(Watch(connections=None))
        held = HeldStreams(self._supervisor, self._observer, self._now, self._wait)
        self._rungs = RungMeasurement(
            plan, self._observer, held, now_s=self._now, wait=self._wait, count_instances=self._count_instances
        )

    @property
    def session_folder(self) -> Path | None:
        """Where the run is recorded."""
        return self._supervisor.session_folder

    def stop(self, reason: str = INTERRUPTED) -> None:
        """End the search in order; what is known is kept."""
        self._stop_reason = self._stop_reason or reason

    async def run(self) -> CapacityReport:
        """Carry out the search; returns its report, whose result is always set."""
        self._began_s = time.monotonic()
        running = asyncio.create_task(self._supervisor.run(self._plan.run))
        try:
            result = await self._search(running)
        except BaseException:
            running.cancel()
            await asyncio.wait({running})
            raise
        self._supervisor.stop(drain=True, interrupts=False)
        ended = await running
        self.problem, self.unrecorded = ended.problem, ended.unrecorded
        if ended.problem is not None and not self.report.rungs:
            result = Result(kind="INVALID", reason=ended.problem.sentence().rstrip("."))
        self._finish(result)
        return self.report

    async def _search(self, running: asyncio.Task[RunEnded]) -> Result:
        waiting = asyncio.create_task(self._started.wait())
        try:
            await asyncio.wait([waiting, running], return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        history = self.report.rungs
        while True:
            if running.done():
                return interrupted(history, self._plan.search, "the run ended")
            step = next_rung(history, self._plan.search)
            if isinstance(step, Result):
                return step
            self._rung = step
            try:
                outcome = await self._rungs.measured(step)
                self._check_sender()
            except SenderLostError as lost:
                return Result(kind="INVALID", reason=str(lost), max_streams=step.streams)
            except StoppedError as stopped:
                return interrupted(history, self._plan.search, str(stopped))
            outcome = msgspec.structs.replace(outcome, t_s=round(time.monotonic() - self._began_s, 1))
            history.append(outcome)
            self._save()
            self._on_rung(outcome)

    # ------------------------------------------------------------ time, limits and instances

    async def _count_instances(self) -> int | None:
        """By the latest look at the account, at most 10 s old, unless `instances` was given."""
        if self._instances is not None:
            return await self._instances()
        folder, variant = self.session_folder, self._plan.run.target_variant
        if folder is None:
            return None
        try:
            return await file_work("Reading the account", lambda: instances_in_service(folder, variant))
        except (OSError, ProblemError):
            return None  # as for an account that is not observed

    async def _wait(
        self, phase: str, longest_s: float, until: Callable[[], bool] | None = None, then_s: float = 0.0
    ) -> float:
        """Wait for a time or a condition; returns the seconds waited.

        Raises `StoppedError` when the search is to end, and `SenderLostError`.

        Conditions of a measurement are looked at rarely: each look sorts all its latencies.
        """
        began_s = time.monotonic()
        every_s = _EARLY_EVERY_S if phase == "measuring" else 0.0
        looked_s = began_s
        while (passed_s := time.monotonic() - began_s) < longest_s:
            self._check_limits()
            now_s = time.monotonic()
            if until is not None and now_s - looked_s >= every_s:
                looked_s = now_s
                if until():
                    break
            self._on_progress(
                Progress(
                    rung=self._rung,
                    phase=phase,
                    left_s=longest_s - passed_s + then_s,
                    open_streams=len(self._observer.opened_at_s),
                    stream_minutes=self._observer.stream_minutes(self._now()),
                    t_s=self._now(),
                )
            )
            await asyncio.sleep(min(_LOOK_S, longest_s - passed_s))
        return time.monotonic() - began_s

    def _check_sender(self) -> None:
        if self._observer.sender_fault:
            raise SenderLostError(self._observer.sender_fault)

    def _check_limits(self) -> None:
        self._check_sender()
        if self._stop_reason:
            raise StoppedError(self._stop_reason)
        if self._observer.run_ended is not None:
            raise StoppedError("the run ended")
        budget = self._plan.budget_stream_minutes
        if budget is not None and self._observer.stream_minutes(self._now()) >= budget:
            raise StoppedError(f"the budget of {budget:,.4g} stream-minutes is used up")
        if self._plan.until is not None and datetime.now(self._plan.until.tzinfo) >= self._plan.until:
            raise StoppedError(f"{self._plan.until:%H:%M} was reached")

    # ------------------------------------------------------------ events and files

    def _take(self, event: Event) -> None:
        self._observer.take(event)
        if isinstance(event, RunStarted):
            self._run_origin_s = time.monotonic() - event.t
            self._started.set()
        self._on_event(event)

    def _now(self) -> float:
        """Seconds on the run's clock."""
        return time.monotonic() - self._run_origin_s if self._started.is_set() else 0.0

    def _finish(self, result: Result) -> None:
        self.report.result = result
        self.report.sentence = result.sentence()
        self._save()

    def _save(self) -> None:
        self.report.stream_minutes = round(self._observer.stream_minutes(self._now()), 3)
        self.report.duration_s = round(time.monotonic() - self._began_s, 1)
        if self.session_folder is None:
            return
        try:
            write_whole(self.session_folder / REPORT_FILE, msgspec.json.format(msgspec.json.encode(self.report)))
        except ProblemError as error:  # loses the report, not the search
            _log.warning("%s", error.problem.sentence())
