"""Carries out a plan in worker processes and reports it to the front end.

Runs on the front end's event loop (asyncio or qasync), which only starts, steers and listens: streams, pacing and
measuring live in the workers. A large file run is distributed over several workers; a worker that dies takes only its
own connections with it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from flux_desktop import __version__
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.generator_limits import generator_limits
from flux_desktop.engine.measuring.histogram import ledger
from flux_desktop.engine.measuring.run_totals import RunTotals
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.recording_file import RUN_FILE, worker_file
from flux_desktop.engine.recording.session_folder import (
    create_session,
    default_sessions_dir,
    remove_session,
)
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
    TranscriptProvenance,
    encode_event,
)
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision import account_watch, credential_renewal, preflight, transcript_provenance
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo
from flux_desktop.engine.supervision.worker_pool import ProcessPool, RunWorker, WorkerPool

_UNRECORDED = frozenset({"worker_died", "generator_lost"})
"""Codes of ends that no worker has recorded."""


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
        self.session_folder: Path | None = None
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
        self._recorder: Recorder | None = None
        self._account_ended = asyncio.Event()
        self._opened = False
        """Whether a connection of this run has begun to open."""
        self._totals: RunTotals | None = None

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
        count = len(self._workers)
        shares = [[conn for conn in numbers if (conn - 1) % count == place] for place in range(count)]
        return [(worker, share) for worker, share in zip(self._workers, shares, strict=True) if share]

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
        self.session_folder, self._opened = None, False
        self._account_ended = asyncio.Event()
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
            self._close_recording()
            if not self._opened:
                self._discard_session()
            self._stopping, self._stopped = None, asyncio.Event()
            self._parameters = []
        self._on_event(ended)
        return ended

    async def _run(self, plan: RunPlan, local: LocalEndpoint, totals: RunTotals) -> RunEnded:
        preflight.check(plan)
        self._workers = list(await self._pool.workers(plan, self._from_worker))
        for worker in self._workers:
            await worker.start()
        ready = await self._unless_stopped(self._pool.prepare(plan, local))
        if ready is None:
            return totals.ended(self._now(), interrupted=True)
        started = RunStarted(
            t=self._now(),
            wall_time=datetime.now(UTC).isoformat(timespec="seconds"),
            plan=ready.plan,
            version=__version__,
            notes=[*ready.notes, *generator_limits().notes()],
        )
        self._open_session(started)
        self._on_event(started)
        async with asyncio.TaskGroup() as beside:
            watching = beside.create_task(self._watch_provenance(local, plan), name="transcript provenance")
            observing = beside.create_task(
                self._watch_account(local.info if plan.is_local else None, ready.plan), name="account"
            )
            async with asyncio.TaskGroup() as group:
                self._awaited = {worker.number for worker in self._workers}
                for worker in self._workers:
                    start = self._start_command(ready, worker)
                    group.create_task(self._serve(worker, start), name=f"worker {worker.number}")
                # Last, so that no worker gets renewed keys before it has its run.
                renewing = beside.create_task(self._renew_keys(ready), name="credential renewal")
            watching.cancel()
            renewing.cancel()
            await self._end_account_watch(observing)
        for worker in self._workers:
            if worker.refused is not None:
                raise ProblemError(worker.refused)
        return totals.ended(
            self._now(), interrupted=self._stopping is not None and self._is_interrupted, faults=self._pool.faults()
        )

    async def _serve(self, worker: RunWorker, start: StartRun) -> None:
        try:
            await worker.serve(start, self._first_commands)
        finally:
            self._begin_without(worker.number)  # the others must not wait for one that has died

    def _begin_without(self, worker: int) -> None:
        """Begin the run when no other worker has to be waited for: ramps count from one moment in all of them."""
        if worker in self._awaited:
            self._awaited.remove(worker)
            if not self._awaited and len(self._workers) > 1:
                self.send(BeginStreams(start_s=time.monotonic() + self._pool.start_delay_s))

    def _start_command(self, ready: preflight.Ready, worker: RunWorker) -> StartRun:
        folder, plan = self.session_folder, ready.plan
        count = len(self._workers)
        share = msgspec.structs.replace(
            plan,
            opening_max=max(1, plan.opening_max // count),
            # There are at most as many workers as connections that may be held.
            held_max=plan.held_max // count + (worker.number <= plan.held_max % count),
        )
        return StartRun(
            plan=share,
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

    async def _unless_stopped(self, preparing: preflight.Preparing) -> preflight.Ready | None:
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
        if isinstance(event, ConnectionEnded) and event.summary.problem and event.summary.problem.code in _UNRECORDED:
            self._record(event)  # the worker itself no longer can
        elif isinstance(event, GeneratorsSeen):
            self._record(event)
        merged = self._totals.take(event, worker, alone=len(self._workers) == 1) if self._totals else event
        if merged is not None:
            self._on_event(merged)

    async def _watch_provenance(self, local: LocalEndpoint, plan: RunPlan) -> None:
        if plan.is_local and local.info is not None:
            await transcript_provenance.watch(
                local.info, lambda sources: self._report(TranscriptProvenance(t=self._now(), sources=sources))
            )

    async def _watch_account(self, info: LocalEndpointInfo | None, plan: RunPlan) -> None:
        if self.session_folder is not None and account_watch.is_watched(plan, info):
            origin_s = time.time() - self._now()
            await account_watch.watch(
                plan,
                info,
                self.session_folder,
                origin_s,
                self._account_ended,
                lambda problem: self._report(Notice(t=self._now(), problem=problem)),
            )

    async def _end_account_watch(self, observing: asyncio.Task[None]) -> None:
        self._account_ended.set()
        await asyncio.wait({observing}, timeout=account_watch.LAST_LOOK_MAX_S)
        observing.cancel()

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
        if self._recorder is not None:
            self._recorder.write(encode_event(event))

    def _open_session(self, started: RunStarted) -> None:
        """Create the session folder, with the start of the run in it."""
        try:
            self.session_folder = create_session(self._sessions_dir or default_sessions_dir(), started)
        except OSError as error:
            self._on_event(Notice(t=self._now(), problem=_no_session(error)))
            return
        loop = asyncio.get_running_loop()

        def report(problem: Problem) -> None:
            loop.call_soon_threadsafe(self._on_event, Notice(t=0.0, problem=problem))

        self._recorder = Recorder(self.session_folder / RUN_FILE, report)
        self._recorder.start()

    def _close_recording(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()

    def _discard_session(self) -> None:
        """Remove the session folder of a run that has opened no connection: it has nothing to show."""
        folder, self.session_folder = self.session_folder, None
        if folder is not None:
            remove_session(folder)

    def _now(self) -> float:
        return time.monotonic() - self._origin_s


def _no_session(error: OSError) -> Problem:
    return Problem(
        code="recording_failed",
        what="The run is not being recorded.",
        why=f"The session folder could not be created: {error.strerror or error}.",
        todo="The run continues; export the transcripts before closing.",
    )
