"""A pool on an event loop of its own, in a thread: for front ends whose loop Dask cannot use, such as the window's.

Events and answers come back on the front end's loop; a repaint of the window delays no exchange.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.commands import Command, StartRun
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision import preflight
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo
from flux_desktop.engine.supervision.worker_pool import OnEvent, RunWorker, WorkerPool


class _Thread:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.close()

    def end(self) -> None:
        """End the loop, without waiting for it."""
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Carry out work on the thread's loop; a cancellation goes there, too."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))


class _Worker:
    """A worker whose loop is the thread's."""

    def __init__(self, worker: RunWorker, thread: _Thread) -> None:
        self._worker = worker
        self._thread = thread
        self.number = worker.number

    @property
    def connections(self) -> list[int]:
        return self._worker.connections

    @connections.setter
    def connections(self, numbers: list[int]) -> None:
        self._worker.connections = numbers

    @property
    def refused(self) -> Problem | None:
        return self._worker.refused

    async def start(self) -> None:
        await self._thread.run(self._worker.start())

    async def serve(self, start: StartRun, first_commands: Callable[[], list[Command]]) -> None:
        await self._thread.run(self._worker.serve(start, first_commands))

    def send(self, command: Command) -> None:
        with contextlib.suppress(RuntimeError):  # the run is over, and its loop with it
            self._thread.loop.call_soon_threadsafe(self._worker.send, command)

    async def stop(self) -> None:
        await self._thread.run(self._worker.stop())


class _Local(LocalEndpoint):
    """A built-in endpoint that is started on its own loop, wherever it is asked for."""

    def __init__(self, local: LocalEndpoint, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._local = local
        self._loop = loop

    async def start(self, arguments: Sequence[str] = ()) -> LocalEndpointInfo:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._local.start(arguments), self._loop))


class ThreadedPool:
    """`pool` on a loop of its own, a new one for each run."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._thread: _Thread | None = None
        self.start_delay_s = pool.start_delay_s

    async def workers(self, plan: RunPlan, on_event: OnEvent) -> Sequence[RunWorker]:
        """The pool's workers, whose events come on the loop that this is called on. Raises `ProblemError`."""
        loop, thread = asyncio.get_running_loop(), _Thread()
        self._thread = thread

        def forward(worker: int, event: Event) -> None:
            loop.call_soon_threadsafe(on_event, worker, event)

        return [_Worker(worker, thread) for worker in await thread.run(self._pool.workers(plan, forward))]

    async def prepare(self, plan: RunPlan, local: LocalEndpoint) -> preflight.Ready:
        """The resolved plan. Raises `ProblemError` with the first problem."""
        assert self._thread is not None
        local_proxy = _Local(local, asyncio.get_running_loop())
        return await self._thread.run(self._pool.prepare(plan, local_proxy))

    def faults(self) -> list[str]:
        """Why the machines of the run made it INVALID."""
        return self._pool.faults()

    async def close(self) -> None:
        """The run is over."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await thread.run(self._pool.close())
            thread.end()
