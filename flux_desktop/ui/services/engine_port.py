"""What the window asks of an engine: the supervisor fits it, a replay fits it, a scripted one in tests too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.engine.records.plan import RunPlan

if TYPE_CHECKING:
    from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
    from flux_desktop.engine.supervision.worker_pool import WorkerPool

EventSink = Callable[[Event], None]


class RunEngine(Protocol):
    """Carries out one run. `run` ends by itself, after `stop`, or at once when it is cancelled."""

    @property
    def session_folder(self) -> Path | None:
        """Of the run in progress or the last one; None where nothing is recorded."""
        ...

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out the plan; every event goes to the sink that the engine was made with."""
        ...

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """Steer the run under way."""
        ...

    def stop(self, *, drain: bool = True) -> None:
        """End the run: drained in order, or at once."""
        ...


EngineFactory = Callable[[EventSink], RunEngine]


def supervisor_engine(sink: EventSink, local: LocalEndpoint | None = None, pool: WorkerPool | None = None) -> RunEngine:
    """The real engine; its import waits until the first run because it brings numpy and more along.

    With `local` it uses that built-in endpoint, which outlives it; without, one of its own. With `pool` the streams are
    carried by its machines.
    """
    from flux_desktop.engine.supervision.supervisor import Supervisor

    return Supervisor(sink, local=local, pool=pool)
