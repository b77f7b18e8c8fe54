"""A generator's part of one run: its workers, steered by the coordinator's exchanges, and their recordings.

An actor on the generator's Dask node; everything but its creation runs on that node's event loop. What it answers and
takes is bytes (`cluster.messages`).
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path

import msgspec
import platformdirs

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import in_thread
from flux_desktop.cluster.event_backlog import EventBacklog
from flux_desktop.cluster.file_store import UNUSED_MAX_S, FileStore
from flux_desktop.cluster.membership import present_versions
from flux_desktop.cluster.messages import LEASE_S, PART_BYTES, Begin, FileEntry, GeneratorReport, Hello, pack, unpack
from flux_desktop.cluster.run_files import placed
from flux_desktop.engine.recording.recording_file import worker_file
from flux_desktop.engine.records.commands import (
    Command,
    OpenConnections,
    RenewCredentials,
    RenewLease,
    StartRun,
    decode_command,
)
from flux_desktop.engine.records.events import Notice, RunRefused
from flux_desktop.engine.supervision import credential_renewal, preflight
from flux_desktop.engine.supervision.worker_process import WorkerProcess

GRACE_S = 4.0
"""After the lease, for the workers to close their streams, before their processes are ended."""
_FILES_MAX_S = 600.0
_LOOK_S = 0.5


class HostedRun:
    """Hosts one run from its first call until `end`, or until its lease has ended."""

    _active: HostedRun | None = None
    """Of this process: a generator carries one run at a time, so that no load is added to one that is ending."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._store: FileStore | None = None
        self._entries: list[FileEntry] = []
        self._workers: dict[int, WorkerProcess] = {}
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._begun: set[int] = set()
        """Workers that have been handed their run; for the others commands wait."""
        self._early: dict[int, list[Command]] = {}
        self._backlog = EventBacklog()
        self._heard_s = 0.0
        self._watching: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[preflight.Ready] | None = None

    async def hello(self) -> bytes:
        """Who this is. The lease of the run counts from here."""
        active = HostedRun._active
        is_busy = active is not None and active is not self
        if not is_busy:
            HostedRun._active = self
            self._heard_s = time.monotonic()
            self._watching = self._watching or asyncio.create_task(self._end_without_coordinator(), name="lease")
        return pack(
            Hello(
                name=platform.node(),
                versions=present_versions(),
                cores=os.cpu_count() or 1,
                busy=is_busy,
            )
        )

    async def clock(self) -> float:
        """This machine's monotonic clock."""
        self._heard_s = time.monotonic()
        return time.monotonic()

    async def start_worker(self, number: int) -> None:
        """Start a worker's process; it loads what it needs meanwhile."""
        self._heard_s = time.monotonic()
        worker = self._workers[number] = WorkerProcess(number, [], self._backlog.add)
        await worker.start()

    async def missing(self, entries: bytes) -> list[str]:
        """Hashes of the run's files that have to be sent."""
        self._heard_s = time.monotonic()
        self._entries = unpack(entries, list[FileEntry])
        self._store = await in_thread(_store, _FILES_MAX_S)
        return await in_thread(lambda: self._files.missing(self._entries), _FILES_MAX_S)

    async def put(self, sha256: str, offset: int, data: bytes, last: bool) -> None:
        """A part of a file."""
        self._heard_s = time.monotonic()
        await in_thread(lambda: self._files.write(sha256, offset, data, last=last), _FILES_MAX_S)

    async def place(self) -> str:
        """Put the files into the run's own folder, which is returned."""
        self._heard_s = time.monotonic()

        def new_folder() -> Path:
            return Path(tempfile.mkdtemp(prefix=time.strftime("%Y-%m-%d_%H-%M-%S_"), dir=runs_folder()))

        folder = self._folder = await in_thread(new_folder, _FILES_MAX_S)  # removed at the end, also on a full disk
        await in_thread(lambda: self._files.place(self._entries, folder), _FILES_MAX_S)
        return str(folder)

    async def begin(self, data: bytes) -> None:
        """Hand a worker its run. What makes it impossible is reported as the worker's `RunRefused`."""
        self._heard_s = time.monotonic()
        begin = unpack(data, Begin)
        start = decode_command(begin.start)
        assert isinstance(start, StartRun)
        self._serving[begin.worker] = asyncio.create_task(
            self._serve(begin.worker, start, forwarded=begin.forwarded), name=f"worker {begin.worker}"
        )

    async def exchange(self, commands: list[tuple[int, bytes]]) -> bytes:
        """Take commands for workers, and tell what has happened. Renews the lease of all of them."""
        self._heard_s = time.monotonic()
        for number, line in commands:
            command = decode_command(line)
            if isinstance(command, OpenConnections):
                self._deal(number, command.connections)
            if number in self._begun:
                self._workers[number].send(command)
            else:
                self._early.setdefault(number, []).append(command)
        for number in self._begun:
            self._workers[number].send(RenewLease())
        done = [number for number, task in self._serving.items() if task.done()]
        return pack(GeneratorReport(monotonic_s=time.monotonic(), lines=self._backlog.take(), done=done))

    async def recording(self, number: int, offset: int) -> bytes:
        """A part of a worker's recording; empty at its end."""
        self._heard_s = time.monotonic()
        path = self._recording(number)

        def read() -> bytes:
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(PART_BYTES)

        return await in_thread(read, _FILES_MAX_S) if path.is_file() else b""

    async def end(self, keep: bool) -> str:
        """End the run; with `keep` its recordings stay, and their folder is returned."""
        if self._watching is not None:
            self._watching.cancel()
        await self._stop()
        folder = self._folder
        if folder is None:
            return ""
        await in_thread(lambda: shutil.rmtree(folder / "audio" if keep else folder, ignore_errors=True), _FILES_MAX_S)
        return str(folder) if keep else ""

    # ------------------------------------------------------------ on the generator

    async def _serve(self, number: int, start: StartRun, *, forwarded: bool) -> None:
        worker = self._workers[number]
        assert self._folder is not None
        plan = placed(start.plan, self._folder)
        try:
            start = msgspec.structs.replace(
                start, plan=plan, recording_path=os.fsencode(self._recording(number)), lease_s=LEASE_S
            )
            if not forwarded:
                ready = await self._resolved(start)
                start = msgspec.structs.replace(
                    start, plan=ready.plan, credentials=ready.credentials, proxies=ready.proxies
                )
            self._deal(number, start.connections)
            await worker.serve(start, lambda: self._first_commands(number))
            if worker.refused is not None:
                self._backlog.add(number, RunRefused(t=0.0, problem=worker.refused))
        except ProblemError as error:
            self._backlog.add(number, RunRefused(t=0.0, problem=error.problem))

    def _deal(self, number: int, connections: list[int]) -> None:
        """Of these a worker reports the end, also if its process dies. Those of a run on demand may come twice."""
        worker = self._workers[number]
        worker.connections = list(dict.fromkeys([*worker.connections, *connections]))

    def _first_commands(self, number: int) -> list[Command]:
        self._begun.add(number)
        return self._early.pop(number, [])

    async def _resolved(self, start: StartRun) -> preflight.Ready:
        """The plan with this machine's own AWS configuration and keys, once for all workers. Raises `ProblemError`."""
        if self._ready is None:
            self._ready = asyncio.ensure_future(preflight.resolved(start.plan))
            self._renewing = asyncio.create_task(self._renew_keys(), name="credential renewal")
        return await asyncio.shield(self._ready)

    async def _renew_keys(self) -> None:
        assert self._ready is not None
        try:
            ready = await asyncio.shield(self._ready)
        except ProblemError:
            return

        def apply(command: RenewCredentials) -> None:
            for worker in self._workers.values():
                worker.send(command)

        def report(problem: Problem) -> None:
            self._backlog.add(min(self._workers), Notice(t=0.0, problem=problem))

        await credential_renewal.keep_fresh(
            ready.credentials,
            lambda: preflight.fresh_credentials(ready.plan),
            lambda keys: apply(RenewCredentials(credentials=keys)),
            report,
        )

    async def _end_without_coordinator(self) -> None:
        """End what the lease should have ended. The workers have leases of their own and close their streams first."""
        while time.monotonic() - self._heard_s < LEASE_S + GRACE_S:  # noqa: ASYNC110 - it is heard of meanwhile
            await asyncio.sleep(_LOOK_S)
        self._watching = None
        await self.end(keep=True)

    async def _stop(self) -> None:
        for beside in (self._renewing, self._ready):
            if beside is not None:
                beside.cancel()
        await asyncio.gather(*(worker.stop() for worker in self._workers.values()))
        for task in self._serving.values():
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving.values())
        if HostedRun._active is self:
            HostedRun._active = None

    def _recording(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / worker_file(number)

    @property
    def _files(self) -> FileStore:
        assert self._store is not None
        return self._store


def runs_folder() -> Path:
    """Where a generator keeps its part of a run until the coordinator has fetched it."""
    folder = Path(platformdirs.user_data_dir("flux-desktop", appauthor=False)) / "cluster"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _store() -> FileStore:
    store = FileStore(Path(platformdirs.user_cache_dir("flux-desktop", appauthor=False)) / "cluster")
    store.remove_unused()
    remove_audio_left(runs_folder(), time.time())
    return store


def remove_audio_left(runs: Path, now_s: float) -> None:
    """Remove the audio of runs that could not end in order, once it is as old as unused files of the store.

    Their recordings stay: they were named to whoever started the run.
    """
    for folder in runs.iterdir():
        if folder.stat().st_mtime < now_s - UNUSED_MAX_S:
            shutil.rmtree(folder / "audio", ignore_errors=True)
