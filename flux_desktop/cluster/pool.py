"""Workers on the machines of a cluster, for runs that one machine cannot carry.

Connection i runs on generator (i - 1) modulo k, and the plan, its schedule and its clips are those of one machine: the
supervisor deals connections to workers by number, and worker n is on generator (n - 1) modulo k.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence

from distributed import Client

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.cluster.addresses import is_here
from flux_desktop.cluster.link import GeneratorLink, all_faults, in_order
from flux_desktop.cluster.membership import Membership, check_versions, present_versions
from flux_desktop.cluster.nodes import client
from flux_desktop.cluster.reachability import obstacle
from flux_desktop.cluster.remote_worker import RemoteWorker
from flux_desktop.cluster.run_files import RunFiles
from flux_desktop.engine.measuring.generator_limits import generator_limits
from flux_desktop.engine.records.commands import ProxyVariables
from flux_desktop.engine.records.events import GeneratorsSeen, Notice
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan
from flux_desktop.engine.supervision import preflight
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.sharding import STREAMS_PER_WORKER, dealt
from flux_desktop.engine.supervision.worker_pool import OnEvent, RunWorker

ROWS_EVERY_S = 0.5
"""With the age of what is in them, the rows that are shown are less than a second old."""
JOIN_MAX_S = 10.0
_JOINED_MAX_S = 60.0
_TOLD_AFTER_S = 5.0
"""Generators that are just starting need no notice."""
_LOOK_S = 0.2
_HASHING_MAX_S = 3600.0


class ClusterPool:
    """The generators that have joined the cluster of `membership`, at least `generators` of them.

    With `starting_here` they are starting on this machine, and nobody has to start them. With `forward_keys` the
    streams are signed with the keys of this machine, which go over TLS into the generators' memory; else each generator
    uses its own.
    """

    start_delay_s = 1.0

    def __init__(
        self,
        membership: Membership,
        *,
        generators: int = 1,
        forward_keys: bool = False,
        starting_here: bool = False,
    ) -> None:
        self._membership = membership
        self._wanted = generators
        self._forward_keys = forward_keys
        self._starting_here = starting_here
        self._client: Client | None = None
        self._links: list[GeneratorLink] = []
        self._workers: dict[int, RemoteWorker] = {}
        self._on_event: OnEvent = lambda *_: None
        self._began_s = 0.0
        self._showing: asyncio.Task[None] | None = None

    async def workers(self, plan: RunPlan, on_event: OnEvent) -> Sequence[RunWorker]:
        """As many on each generator as its part of the plan needs. Raises `ProblemError`."""
        if isinstance(plan.source, MicrophoneSource):
            RunFiles().add_source(plan)  # says why not
        self._on_event, self._began_s = on_event, time.monotonic()
        self._workers = {}
        joined = await self._connected()
        generators = await self._generators(joined)
        links = [GeneratorLink(joined, address, name, self._take, self._lost) for address, name in generators]
        self._links = in_order(links)[: max(1, plan.connections)]
        async with _first_problem() as group:
            for link in self._links:
                group.create_task(link.open())
        k = len(self._links)
        wanted = -(-plan.held // (STREAMS_PER_WORKER * k))
        count = min(k * max(1, min(wanted, *(link.cores for link in self._links))), plan.connections)
        for number, share in enumerate(dealt(range(1, plan.connections + 1), count), start=1):
            connections = [] if plan.on_demand else share
            self._workers[number] = RemoteWorker(number, connections, self._links[(number - 1) % k], on_event)
        return list(self._workers.values())

    async def prepare(self, plan: RunPlan, local: LocalEndpoint) -> preflight.Ready:
        """Resolve the plan, and bring its files to the generators. Raises `ProblemError`."""
        if plan.is_local or self._forward_keys:
            if plan.is_local:
                self._check_reach()
            ready = await preflight.prepare(plan, local)
            for worker in self._workers.values():
                worker.forwards_keys = True
        else:
            resolved, notes = await preflight.with_audio(plan)
            notes.append("Each generator uses its own AWS configuration and keys.")
            none = Credentials(access_key="", secret_key="", source="the generators")
            ready = preflight.Ready(plan=resolved, credentials=none, notes=notes, proxies=ProxyVariables())
        files = RunFiles()

        def collect() -> None:
            files.add_source(ready.plan)
            files.add_authorities(ready.plan.ca_file)

        await file_work("Reading the audio for the generators", collect, _HASHING_MAX_S)
        async with _first_problem() as group:
            for link in self._links:
                group.create_task(link.send_files(files))
        for worker in self._workers.values():
            worker.files = files
        ready.notes.append(self._described())
        self._showing = asyncio.create_task(self._show_rows(), name="generators")
        return ready

    def faults(self) -> list[str]:
        """Generators that were lost, late or overloaded."""
        return all_faults(self._links, generator_limits())

    async def close(self) -> None:
        """End the run on all generators, and leave the cluster."""
        if self._showing is not None:
            self._showing.cancel()
            await asyncio.wait({self._showing})
            self._showing = None
            self._show()
        left = {worker.link for worker in self._workers.values() if worker.recording_left}
        await asyncio.gather(*(link.close(keep=link in left) for link in self._links))
        self._links = []
        if self._client is not None:
            await self._client.close()
            self._client = None

    # ------------------------------------------------------------ joining

    async def _connected(self) -> Client:
        check_versions(self._membership.versions, present_versions(), "The coordinator")
        self._client = client(self._membership, JOIN_MAX_S)  # first, so that it is closed wherever this ends
        try:
            return await self._client
        except (OSError, TimeoutError) as error:
            raise ProblemError(
                Problem(
                    code="cluster_unreachable",
                    what=f"The coordinator at {self._membership.address} cannot be reached.",
                    why=(await obstacle(self._membership)).why or "It did not answer.",
                    todo="Check that “flux-stress cluster coordinate” is running, that its port is open, and that the "
                    "line is its own.",
                )
            ) from error

    async def _generators(self, joined: Client) -> list[tuple[str, str]]:
        """Addresses and names of those that have joined, once there are enough. Raises `ProblemError`."""
        generators: list[tuple[str, str]] = []
        is_told, waiting_since_s = False, time.monotonic()
        limit_s = _JOINED_MAX_S if self._wanted > 1 or self._starting_here else JOIN_MAX_S
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while True:
                    known = (await joined.scheduler.identity(n_workers=-1))["workers"]
                    generators = [(address, str(each["name"])) for address, each in known.items()]
                    if len(generators) >= self._wanted:
                        break
                    if not is_told and time.monotonic() - waiting_since_s > _TOLD_AFTER_S:
                        is_told = True
                        self._tell_waiting(len(generators), limit_s)
                    await asyncio.sleep(_LOOK_S)
        if len(generators) < self._wanted:
            raise ProblemError(
                Problem(
                    code="cluster_too_few",
                    what=f"{len(generators)} of {self._wanted} generators have joined the cluster.",
                    todo="This machine may be too busy: start fewer."
                    if self._starting_here
                    else "Run “flux-stress cluster join” with the coordinator's line on each machine.",
                )
            )
        return generators

    def _tell_waiting(self, present: int, limit_s: float) -> None:
        who = "They are starting" if self._starting_here else "Start the others with “flux-stress cluster join”"
        problem = Problem(
            code="cluster_waiting",
            what=f"Waiting for generators: {present} of {self._wanted} have joined the cluster.",
            todo=f"{who}; they have {limit_s:.0f} s in all.",
        )
        self._on_event(0, Notice(t=time.monotonic() - self._began_s, problem=problem))

    def _check_reach(self) -> None:
        far = [link.name for link in self._links if not is_here(link.address)]
        if far:
            raise ProblemError(
                Problem(
                    code="cluster_local",
                    what="The built-in endpoint of this machine cannot be reached by the generators.",
                    why=f"It listens on this machine alone, and {far[0]} is another one.",
                    todo="Join generators on this machine. Or start “flux-stress local-endpoint --port 8443”, forward "
                    "that port from the other machines, and pass --endpoint-url, --ca-bundle and --forward-keys.",
                )
            )

    def _described(self) -> str:
        each = "; ".join(f"{link.name} (clock {link.row().clock})" for link in self._links)
        return f"{len(self._links)} generator{'s' * (len(self._links) != 1)}: {each}."

    # ------------------------------------------------------------ events

    def _take(self, worker: int, lines: list[bytes], done: bool) -> None:
        if worker in self._workers:
            self._workers[worker].take(lines, done=done)

    def _lost(self, link: GeneratorLink) -> None:
        for worker in self._workers.values():
            if worker.link is link:
                worker.lost()

    async def _show_rows(self) -> None:
        while True:
            await asyncio.sleep(ROWS_EVERY_S)
            self._show()

    def _show(self) -> None:
        rows = [link.row() for link in self._links]
        self._on_event(0, GeneratorsSeen(t=time.monotonic() - self._began_s, rows=rows))


class _first_problem:  # noqa: N801 - used like a function
    """A task group that raises the first `ProblemError` of its tasks by itself, not in a group."""

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> asyncio.TaskGroup:
        return await self._group.__aenter__()

    async def __aexit__(self, *raised: object) -> None:
        try:
            await self._group.__aexit__(*raised)  # type: ignore[arg-type]
        except* ProblemError as errors:
            problem = _first(errors)
        else:
            return
        raise ProblemError(problem)


def _first(errors: BaseExceptionGroup[ProblemError]) -> Problem:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first.problem
