"""Where the workers of a run live: in processes of this machine, or wherever another pool has them.

The supervisor deals connections to workers by number and merges what they report; it does not know their machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.program import allow_many_files
from flux_desktop.engine.records.commands import Command, StartRun
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision import preflight
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.open_files import open_files_problem
from flux_desktop.engine.supervision.sharding import shares
from flux_desktop.engine.supervision.worker_process import WorkerProcess

OnEvent = Callable[[int, Event], None]
"""Called with a worker's number and its event."""


class RunWorker(Protocol):
    """One worker of a run: it carries the connections it was dealt, and says when one has ended."""

    number: int
    connections: list[int]

    @property
    def refused(self) -> Problem | None:
        """Why it could not carry out its run at all."""

    async def start(self) -> None:
        """Have it load what it needs. Raises `ProblemError`."""

    async def serve(self, start: StartRun, first_commands: Callable[[], list[Command]]) -> None:
        """Hand it its run; returns when it is done or lost, every connection of it reported as ended."""

    def send(self, command: Command) -> None:
        """Steer it; without effect where it is not running."""

    async def stop(self) -> None:
        """End it within a few seconds; idempotent."""


class WorkerPool(Protocol):
    """Provides the workers of one run after another."""

    start_delay_s: float
    """Between the moment at which all workers are ready and the start of the streams, for the word to reach them."""

    async def workers(self, plan: RunPlan, on_event: OnEvent) -> Sequence[RunWorker]:
        """Workers 1 to N with their connections, not started yet. Raises `ProblemError`."""

    async def prepare(self, plan: RunPlan, local: LocalEndpoint) -> preflight.Ready:
        """The resolved plan. Raises `ProblemError` with the first problem."""

    def faults(self) -> list[str]:
        """Why the machines of the run made it INVALID, beside what its figures show."""

    async def close(self) -> None:
        """The run is over."""


class ProcessPool:
    """Worker processes of this machine."""

    start_delay_s = 0.0

    async def workers(self, plan: RunPlan, on_event: OnEvent) -> Sequence[RunWorker]:
        """As many as the plan needs and the machine has cores for. Raises `ProblemError`."""
        shared = shares(plan)
        if problem := open_files_problem(plan, len(shared), allow_many_files()):
            raise ProblemError(problem)
        return [
            WorkerProcess(number, [] if plan.on_demand else connections, on_event)
            for number, connections in enumerate(shared, start=1)
        ]

    async def prepare(self, plan: RunPlan, local: LocalEndpoint) -> preflight.Ready:
        """Check the audio, the credentials and the endpoint on this machine. Raises `ProblemError`."""
        return await preflight.prepare(plan, local)

    def faults(self) -> list[str]:
        """None: a process that dies is known by how its connections end."""
        return []

    async def close(self) -> None:
        """Nothing to do."""
