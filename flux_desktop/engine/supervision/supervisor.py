"""Carries out a plan in worker processes and reports it to the front end.

Runs on the front end's event loop (asyncio or qasync), which only starts, steers and listens: streams, pacing and
measuring live in the workers. A large run has several; one that dies takes only its own connections with it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flux_desktop import __version__
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.measuring.generator_limits import generator_limits
from flux_desktop.engine.measuring.histogram import ledger
from flux_desktop.engine.measuring.run_totals import ENDS_WITHOUT_WORKER, RunTotals
from flux_desktop.engine.recording.recording_file import worker_file
from flux_desktop.engine.recording.run_recording import RunRecording, is_loss
from flux_desktop.engine.records.commands import (
    BeginStreams,
    Command,
    EndConnections,
    OpenConnections,
    RenewCredentials,
    SetParameters,
    StartRun,
    StopRun,
    Watch,
)
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    GeneratorsSeen,
    Notice,
    RunEnded,
    RunReady,
    RunStarted,
)
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision import credential_renewal, preflight
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.run_observers import RunObservers
from flux_desktop.engine.supervision.sharding import dealt, plan_share
from flux_desktop.engine.supervision.worker_pool import ProcessPool, RunWorker, WorkerPool


class Supervisor:
    """Carries out one run at a time.

    `on_event` is called on this loop for every event, in order. Runs on ``local`` use the endpoint process `local`;
    without it, one is started and stopped with the run. `sessions_dir` is the parent of the session folders, None for
    the user's data folder. `pool` provides the workers; None for processes of this machine.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        *,
        local: LocalEndpoint | None = None,
        sessions_dir: Path | None = None,
        pool: WorkerPool | None = None,
    ) -> None:
        self._on_event = on_event
        self._local = local
        self._sessions_dir = sessions_dir
        self._pool = pool or ProcessPool()
        self._workers: list[RunWorker] = []
        self._awaited: set[int] = set()
        """Workers of a shared run that have not read their audio yet."""
        self._watch = Watch(connections=[])
        self._parameters: list[SetParameters] = []
        """Of this run, in order: a worker that starts late gets them all."""
        self._stopping: StopRun | None = None
        self._stopped = asyncio.Event()
        self._is_interrupted = False
        self._origin_s = 0.0
        self._recording: RunRecording | None = None
        self._opened = False
        """Whether a connection of this run has begun to open."""
        self._totals: RunTotals | None = None

    @property
    def session_folder(self) -> Path | None:
        """Of the run in progress or the last one; None where nothing is recorded."""
        return None if self._recording is None else self._recording.folder

    # ------------------------------------------------------------ steering

    def send(self, command: Command) -> None:
        """Steer the run in progress; `Watch` also applies to the next one."""
        if isinstance(command, Watch):
            self._watch = command
        elif isinstance(command, SetParameters):
            self._parameters.append(command)
        for worker in self._workers:
            worker.send(command)

    def open_connections(self, numbers: Sequence[int]) -> None:
        """Open connections of a run on demand, once `RunStarted` was reported; each number once in a run."""
        if self._totals is not None:
            self._totals.plan(len(numbers))
        for worker, share in self._dealt(numbers):
            worker.connections += share
            worker.send(OpenConnections(connections=share))

    def end_connections(self, numbers: Sequence[int]) -> None:
        """End connections of a run on demand."""
        for worker, share in self._dealt(numbers):
            worker.send(EndConnections(connections=share))

    def _dealt(self, numbers: Sequence[int]) -> list[tuple[RunWorker, list[int]]]:
        """The workers with their shares of some connections, by number."""
        shares = zip(self._workers, dealt(numbers, len(self._workers)), strict=True)
        return [(worker, share) for worker, share in shares if share]

    def stop(self, *, drain: bool = True, interrupts: bool = True) -> None:
        """End the run: open streams are drained, or with `drain` False closed at once.

        Called before `run`, it ends that run before anything is opened. With `interrupts` False the end is one that
        was asked for beforehand, such as by a budget, and the run does not count as interrupted.
        """
        self._is_interrupted = interrupts
        self._stopping = StopRun(drain=drain)
        self._stopped.set()
        self.send(self._stopping)

    # ------------------------------------------------------------ running

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out a plan; returns what was also reported as the last event.

        Expected failures are in its `problem`. Cancelling ends everything within about five seconds.
        """
        self._origin_s = time.monotonic()
        totals = self._totals = RunTotals(plan, generator_limits())
        loop = asyncio.get_running_loop()

        def lost(notice: Notice) -> None:
            loop.call_soon_threadsafe(self._on_event, notice)

        self._recording, self._opened = RunRecording(lost, self._now), False
        local = self._local or LocalEndpoint()
        try:
            ended = await self._run(plan, local, totals)
            self._record(ended)
        except ProblemError as error:
            ended = RunEnded(
                t=self._now(), verdict=Verdict.FAIL, ledger=ledger([], plan.connections), problem=error.problem
            )
            self._record(ended)
        except asyncio.CancelledError:
            self._report(totals.ended(self._now(), interrupted=True))
            raise
        finally:
            await self._stop_processes(local if self._local is None else None)
            await self._pool.close()
            self._recording.close(keep=self._opened)
            self._stopping, self._stopped = None, asyncio.Event()
            self._parameters = []
        ended = self._recording.marked(ended)
        self._on_event(ended)
        return ended

    async def _run(self, plan: RunPlan, local: LocalEndpoint, totals: RunTotals) -> RunEnded:
        preflight.check(plan)
        ready = await self._unless_stopped(self._prepared(plan, local))
        if ready is None:
            return totals.ended(self._now(), interrupted=True)
        if spare := plan.connections - ready.plan.connections:  # of clips that cannot be used
            totals.plan(-spare)
            for worker in self._workers:
                worker.connections = [conn for conn in worker.connections if conn <= ready.plan.connections]
        started = RunStarted(
            t=self._now(),
            wall_time=datetime.now(UTC).isoformat(timespec="seconds"),
            plan=ready.plan.public,
            version=__version__,
            notes=[*ready.notes, *generator_limits().notes()],
        )
        if self._recording is not None:
            self._recording.open(self._sessions_dir, started)
        self._on_event(started)
        info = local.info if plan.is_local else None
        observers = RunObservers(ready.plan, info, self.session_folder, self._report, self._now)
        async with asyncio.TaskGroup() as beside:
            observers.start(beside)
            async with asyncio.TaskGroup() as group:
                self._awaited = {worker.number for worker in self._workers}
                for worker in self._workers:
                    start = self._start_command(ready, worker)
                    group.create_task(self._serve(worker, start), name=f"worker {worker.number}")
                # Last, so that no worker gets renewed keys before it has its run.
                renewing = beside.create_task(self._renew_keys(ready), name="credential renewal")
            renewing.cancel()
            await observers.end()
        for worker in self._workers:
            if worker.refused is not None:
                raise ProblemError(worker.refused)
        return totals.ended(
            self._now(), interrupted=self._stopping is not None and self._is_interrupted, faults=self._pool.faults()
        )

    async def _prepared(self, plan: RunPlan, local: LocalEndpoint) -> preflight.Ready:
        self._workers = list(await self._pool.workers(plan, self._from_worker))
        for worker in self._workers:
            await worker.start()
        return await self._pool.prepare(plan, local)

    async def _serve(self, worker: RunWorker, start: StartRun) -> None:
        try:
            await worker.serve(start, self._first_commands)
        finally:
            if worker.refused is not None and self._stopping is None:
                self.stop(drain=False)  # a run with a part of its streams would not be what was planned
            self._begin_without(worker.number)  # the others must not wait for one that has died

    def _begin_without(self, worker: int) -> None:
        """Begin the run when no other worker has to be waited for: ramps count from one moment in all of them."""
        if worker in self._awaited:
            self._awaited.remove(worker)
            if not self._awaited and len(self._workers) > 1:
                self.send(BeginStreams(start_s=time.monotonic() + self._pool.start_delay_s))

    def _start_command(self, ready: preflight.Ready, worker: RunWorker) -> StartRun:
        folder, count = self.session_folder, len(self._workers)
        return StartRun(
            plan=plan_share(ready.plan, worker.number, count),
            connections=worker.connections,
            origin_s=self._origin_s,
            workers=count,
            recording_path=os.fsencode(folder / worker_file(worker.number)) if folder else None,
            credentials=ready.credentials,
            proxies=ready.proxies,
        )

    def _first_commands(self) -> list[Command]:
        """What was commanded while the worker was starting."""
        return [self._watch, *self._parameters, *([self._stopping] if self._stopping else [])]

    async def _unless_stopped(self, preparing: Coroutine[Any, Any, preflight.Ready]) -> preflight.Ready | None:
        """The prepared run, or None where it was stopped meanwhile."""
        task = asyncio.ensure_future(preparing)
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            stopped.cancel()
            await asyncio.wait({task, stopped})

    async def _stop_processes(self, local: LocalEndpoint | None) -> None:
        workers, self._workers = self._workers, []
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.stop())
            if local is not None:
                group.create_task(local.stop())

    # ------------------------------------------------------------ reporting

    def _from_worker(self, worker: int, event: Event) -> None:
        """Pass on the events of all workers, their figures merged into the run's."""
        if isinstance(event, RunReady):
            self._begin_without(worker)
            return
        self._opened = self._opened or isinstance(event, ConnectionChanged | ConnectionEnded)
        problem = event.summary.problem if isinstance(event, ConnectionEnded) else None
        died = problem is not None and problem.code in ENDS_WITHOUT_WORKER
        if died or isinstance(event, GeneratorsSeen) or is_loss(event):
            self._record(event)  # no worker has it, or can write it any more
        merged = self._totals.take(event, worker, alone=len(self._workers) == 1) if self._totals else event
        if merged is not None:
            self._on_event(merged)

    async def _renew_keys(self, ready: preflight.Ready) -> None:
        await credential_renewal.keep_fresh(
            ready.credentials,
            lambda: preflight.fresh_credentials(ready.plan),
            lambda keys: self.send(RenewCredentials(credentials=keys)),
            lambda problem: self._report(Notice(t=self._now(), problem=problem)),
        )

    def _report(self, event: Event) -> None:
        self._record(event)
        self._on_event(event)

    def _record(self, event: Event) -> None:
        if self._recording is not None:
            self._recording.write(event)

    def _now(self) -> float:
        return time.monotonic() - self._origin_s
