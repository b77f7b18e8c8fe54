"""The coordinator's link to one generator: four exchanges a second, the clock's offset, and what is known of it.

A link that has failed stays so: what the generator still does ends with its lease, and it gets no second run.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from distributed import Client

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import in_thread
from flux_desktop.cluster.clock_offset import OffsetEstimate
from flux_desktop.cluster.hosted_run import HostedRun
from flux_desktop.cluster.membership import check_versions, present_versions
from flux_desktop.cluster.messages import EXCHANGE_EVERY_S, LEASE_S, PART_BYTES, GeneratorReport, Hello, unpack
from flux_desktop.cluster.run_files import RunFiles
from flux_desktop.engine.measuring.generator_limits import GeneratorLimits
from flux_desktop.engine.records.events import Event, Histograms, Snapshot
from flux_desktop.engine.records.facts import ConnectionState, GeneratorRow, Verdict

_LOG = logging.getLogger(__name__)

LEASE_KEPT_EVERY_S = 1.0
"""Before the exchanges begin."""
_CALL_MAX_S = 30.0
_FILES_MAX_S = 3600.0
_END_MAX_S = 10.0
"""A generator that does not answer ends the run by its lease."""
_CLOCK_QUESTIONS = 12
_OPEN = {str(state) for state in (ConnectionState.OPENED, ConnectionState.STREAMING, ConnectionState.DRAINING)}


class GeneratorLink:
    """To the generator at one address. `on_lines` gets a worker's number, its events as JSON lines, and whether it is
    done; `on_lost` is called once."""

    def __init__(
        self,
        client: Client,
        address: str,
        name: str,
        on_lines: Callable[[int, list[bytes], bool], None],
        on_lost: Callable[[GeneratorLink], None],
    ) -> None:
        self.name = name
        self.address = address
        self.offset = OffsetEstimate()
        self.root = ""
        """Its folder with the run's files."""
        self.lost = ""
        """Why it counts as lost; else empty."""
        self.cores = 1
        self._client = client
        self._on_lines, self._on_lost = on_lines, on_lost
        self._actor: Any = None
        self._future: Any = None
        self._commands: list[tuple[int, bytes]] = []
        self._wake = asyncio.Event()
        self._heard_s = time.monotonic()
        self._heard_at_most_s = 0.0
        self._due_s: float | None = None
        """When the streams are to start, until the generator has the word."""
        self._started_late_s = 0.0
        self._keeping: asyncio.Task[None] | None = None
        self._exchanging: asyncio.Task[None] | None = None
        self._snapshots: dict[int, Snapshot] = {}
        self._done: set[int] = set()
        """Workers that have ended: what they last said of their streams is over."""
        self._histograms: dict[int, Histograms] = {}

    # ------------------------------------------------------------ before the run

    async def open(self) -> None:
        """Put the run's actor on the generator. Raises `ProblemError`."""
        self._future = self._client.submit(
            HostedRun, actor=True, workers=[self.address], allow_other_workers=False, pure=False, retries=0
        )
        try:
            async with asyncio.timeout(_CALL_MAX_S):
                self._actor = await self._future
        except Exception as error:  # boundary, as in `call`
            raise self._failed(error) from error
        hello = unpack(await self.call("hello"), Hello)
        check_versions(hello.versions, present_versions(), f"Generator {self.name}")
        if hello.busy:
            raise ProblemError(
                Problem(
                    code="cluster_busy",
                    what=f"Generator {self.name} still carries connections of another run.",
                    todo="Wait until that run has ended, then start again.",
                )
            )
        self.cores = hello.cores
        for _ in range(_CLOCK_QUESTIONS):
            asked_s = time.monotonic()
            theirs_s = await self.call("clock")
            self.offset.add(asked_s, theirs_s, time.monotonic())
        self._keeping = asyncio.create_task(self._keep_lease(), name=f"lease of generator {self.name}")

    async def _keep_lease(self) -> None:
        """Until the exchanges begin: reading audio, or sending it to another generator, may take minutes."""
        with contextlib.suppress(ProblemError):  # the next call of the preparation has the same one
            while True:
                await asyncio.sleep(LEASE_KEPT_EVERY_S)
                await self.call("clock")

    async def send_files(self, files: RunFiles) -> None:
        """Send what the generator does not have yet, and have it placed. Raises `ProblemError`."""
        missing = await self.call("missing", msgspec.msgpack.encode(files.entries), limit_s=_FILES_MAX_S)
        sizes = {entry.sha256: entry.size for entry in files.entries}
        for sha256 in missing:
            await self._send_file(files, sha256, sizes[sha256])
        self.root = await self.call("place", limit_s=_FILES_MAX_S)

    async def _send_file(self, files: RunFiles, sha256: str, size: int) -> None:
        for offset in (parts := range(0, max(1, size), PART_BYTES)):
            part = await in_thread(partial(files.part, sha256, offset), _FILES_MAX_S)
            await self.call("put", sha256, offset, part, offset == parts[-1], limit_s=_FILES_MAX_S)

    async def call(self, method: str, *arguments: object, limit_s: float = _CALL_MAX_S) -> Any:
        """Call the actor. Raises `ProblemError` if the generator does not answer."""
        if self.lost:
            raise self._failed(ConnectionError(self.lost))
        try:
            async with asyncio.timeout(limit_s):
                return await getattr(self._actor, method)(*arguments)
        except Exception as error:  # boundary: Dask raises whatever went wrong on either side
            raise self._failed(error) from error

    # ------------------------------------------------------------ during the run

    def begin(self) -> None:
        """Exchange from now on."""
        if self._exchanging is None:
            if self._keeping is not None:
                self._keeping.cancel()
            self._heard_s = time.monotonic()
            self._exchanging = asyncio.create_task(self._exchange(), name=f"generator {self.name}")

    def send(self, worker: int, command: bytes) -> None:
        """Send a worker a command, with the next exchange, which is now."""
        self._commands.append((worker, command))
        self._wake.set()

    def start_is_due(self, start_s: float) -> None:
        """The streams are to start at `start_s` on our clock: a generator that learns of it later is late."""
        self._due_s = start_s

    async def _exchange(self) -> None:
        while not self.lost:
            self._wake.clear()
            commands, self._commands = self._commands, []
            asked_s = time.monotonic()
            try:
                async with asyncio.timeout(LEASE_S):
                    answer = unpack(await self._actor.exchange(commands), GeneratorReport)
            except Exception as error:  # boundary, as above
                self._lose(error)
                return
            self._take(answer, asked_s)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EXCHANGE_EVERY_S):
                    await self._wake.wait()

    def _take(self, answer: GeneratorReport, asked_s: float) -> None:
        now_s = time.monotonic()
        self.offset.add(asked_s, answer.monotonic_s, now_s)
        self._heard_at_most_s = max(self._heard_at_most_s, now_s - self._heard_s)
        self._heard_s = now_s
        if self._due_s is not None:
            self._started_late_s = max(0.0, now_s - self._due_s)
            self._due_s = None
        self._done.update(answer.done)
        by_worker: dict[int, list[bytes]] = {}
        for worker, line in answer.lines:
            by_worker.setdefault(worker, []).append(line)
        for worker in by_worker.keys() | set(answer.done):
            self._on_lines(worker, by_worker.get(worker, []), worker in answer.done)

    def lose(self, reason: str) -> None:
        """Count it as lost; without effect where it already does."""
        if not self.lost:
            self.lost = reason
            self._on_lost(self)

    def _lose(self, error: Exception) -> None:
        # Dask's own messages name its tasks; what matters is that there was no answer.
        _LOG.debug("generator %s: %r", self.name, error)
        self.lose(
            f"no answer for {LEASE_S:g} s"
            if isinstance(error, TimeoutError)
            else "its connection to the coordinator was lost"
        )

    # ------------------------------------------------------------ what is known

    def note(self, worker: int, event: Event) -> None:
        """An event of one of its workers."""
        if isinstance(event, Snapshot):
            self._snapshots[worker] = event
        elif isinstance(event, Histograms):
            self._histograms[worker] = event

    def row(self) -> GeneratorRow:
        """The generator at a glance."""
        snapshots = self._snapshots.values()
        silent_s = time.monotonic() - self._heard_s
        return GeneratorRow(
            name=self.name,
            streams=0
            if self.lost
            else sum(_open(each) for worker, each in self._snapshots.items() if worker not in self._done),
            cpu_percent=max((each.cpu_percent or 0.0 for each in snapshots), default=None),
            pacing_p99_ms=max((each.pacing.p99_ms for each in snapshots if each.pacing.p99_ms), default=None),
            offset_ms=round(1000 * self.offset.offset_s, 3),
            offset_error_ms=round(1000 * self.offset.error_s, 3),
            heard_s_ago=round(silent_s, 3),
            heard_at_most_s_ago=round(max(self._heard_at_most_s, silent_s), 3),
            lost=self.lost,
            folder=self.root,
        )

    def faults(self, limits: GeneratorLimits) -> list[str]:
        """Why this generator makes its run INVALID: lost, late, or overloaded by itself."""
        if self.lost:
            return [f"generator {self.name} was lost: {self.lost}"]
        faults = []
        if late := limits.late_answer(self.name, self._heard_at_most_s):
            faults.append(late)
        if self._started_late_s > 0:
            faults.append(f"generator {self.name} started {1000 * self._started_late_s:.0f} ms late")
        for worker, snapshot in self._snapshots.items():
            counted = self._histograms.get(worker)
            judged, reasons = limits.judge(snapshot.pacing, snapshot.loop_lag, counted.cpu_percent if counted else None)
            if judged is Verdict.INVALID:
                faults.append(f"generator {self.name}: {', '.join(reasons)}")
                break
        return faults

    async def close(self, *, keep: bool) -> str:
        """End the run on the generator; returns the folder where recordings were kept, if so."""
        await _ended(self._keeping)
        await _ended(self._exchanging)
        recordings_path = ""
        if self._actor is not None and not self.lost:
            with contextlib.suppress(ProblemError):
                recordings_path = await self.call("end", keep, limit_s=_END_MAX_S)
        self._actor = None
        if self._future is not None:
            self._future.release()
        return recordings_path

    def _failed(self, error: Exception) -> ProblemError:
        todo = "Check its terminal, and join again where it has ended."
        match error:
            case TimeoutError():
                why = "It did not answer in time"
            case OSError(strerror=str(reason), filename=path):  # on either side
                why = reason if path is None else f"{path}: {reason}"
                todo = "Free space on its disk, then start again." if error.errno == errno.ENOSPC else todo
            case _:
                why = str(error) or type(error).__name__
        return ProblemError(
            Problem(
                code="generator_failed",
                what=f"Generator {self.name} cannot take part in the run.",
                why=f"{why}.".replace("..", "."),
                todo=todo,
            )
        )


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait({task})


def _open(snapshot: Snapshot) -> int:
    return sum(count for state, count in snapshot.ledger.items() if state in _OPEN)


def in_order(links: Sequence[GeneratorLink]) -> list[GeneratorLink]:
    """By name: which generator carries a connection must not depend on who joined first."""
    return sorted(links, key=lambda link: (link.name, link.address))


def all_faults(links: Sequence[GeneratorLink], limits: GeneratorLimits) -> list[str]:
    """Faults of several generators; those that were lost first, since that explains the others."""
    return [fault for link in sorted(links, key=lambda link: not link.lost) for fault in link.faults(limits)]
