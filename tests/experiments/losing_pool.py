"""A pool whose one worker loses its generator with the first connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.commands import Command, OpenConnections, ProxyVariables, StartRun
from flux_desktop.engine.records.events import ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.preflight import Ready
from flux_desktop.engine.supervision.worker_pool import OnEvent, RunWorker

FAULT = "generator g was lost: no answer for 5 s"


class LosingPool:
    """Counts its runs."""

    start_delay_s = 0.0
    number = 1
    refused = None

    def __init__(self) -> None:
        self.runs = 0
        self.connections: list[int] = []
        self._lost = asyncio.Event()
        self._on_event: OnEvent = lambda *_: None

    async def workers(self, plan: RunPlan, on_event: OnEvent) -> Sequence[RunWorker]:
        self.runs += 1
        self._on_event = on_event
        return [self]

    async def prepare(self, plan: RunPlan, local: LocalEndpoint) -> Ready:
        none = Credentials(access_key="", secret_key="", source="none")
        return Ready(plan=plan, credentials=none, notes=[], proxies=ProxyVariables())

    async def start(self) -> None:
        """Nothing to load."""

    async def serve(self, start: StartRun, first_commands: Callable[[], list[Command]]) -> None:
        await self._lost.wait()

    def send(self, command: Command) -> None:
        if isinstance(command, OpenConnections):
            problem = Problem(code="generator_lost", what="Generator g was lost, and its connections with it.")
            for conn in command.connections:
                summary = ConnectionSummary(conn=conn, ledger=LedgerClass.GENERATOR_LOST, problem=problem)
                self._on_event(1, ConnectionEnded(t=1.0, summary=summary))
            self._lost.set()

    async def stop(self) -> None:
        """Nothing to end."""

    def faults(self) -> list[str]:
        return [FAULT, "generator h: the engine was late"]

    async def close(self) -> None:
        """Nothing to leave."""
