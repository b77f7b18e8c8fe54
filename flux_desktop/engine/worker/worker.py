"""An engine worker: a process that carries connections, with JSON lines on its standard input and output.

It runs on a stock asyncio loop (uvloop where available), so that no repaint of a window can count as latency.
It exits on `Quit`, or when its standard input is closed, which means that the front end is dead.
Start it as ``python -m flux_desktop.engine.worker.worker``.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable

import msgspec

from flux_desktop import __version__
from flux_desktop.base import logs
from flux_desktop.base.child import LINE_LIMIT_BYTES
from flux_desktop.base.orphan import exit_with_parent
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.commands import (
    BeginStreams,
    Command,
    EndConnections,
    OpenConnections,
    Quit,
    RenewCredentials,
    RenewLease,
    SendControl,
    SetParameters,
    StartRun,
    StopRun,
    Watch,
    decode_command,
)
from flux_desktop.engine.records.events import Notice, WorkerHeartbeat, WorkerReady
from flux_desktop.engine.worker.event_output import EventOutput
from flux_desktop.engine.worker.received_secrets import remember_keys
from flux_desktop.engine.worker.run_lifetime import RunLifetime, Steering

_FLUSH_MAX_S = 2.0
HEARTBEAT_S = 1.0


class Worker:
    """Serves one run at a time; events go to `out`."""

    def __init__(self, out: asyncio.WriteTransport) -> None:
        self._output = EventOutput(out)
        self._run: RunLifetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._early: list[Steering] = []
        """Commands that came before their run."""
        self._tasks: asyncio.TaskGroup

    async def serve(self, commands: asyncio.StreamReader) -> None:
        """Carry out commands until Quit or the end of input; a run in progress is then ended at once.

        A bug that makes the run impossible is raised, in a group: the process then ends, which the supervisor notices.
        """
        self._output.emit(WorkerReady(pid=os.getpid(), version=__version__))
        async with asyncio.TaskGroup() as self._tasks:
            beating = self._tasks.create_task(self._send_heartbeats(), name="heartbeats")
            await self._obey(commands)
            beating.cancel()
            if self._task is not None:
                self._task.cancel()

    async def _send_heartbeats(self) -> None:
        while True:
            self._output.send(WorkerHeartbeat())
            await asyncio.sleep(HEARTBEAT_S)

    async def _obey(self, commands: asyncio.StreamReader) -> None:
        while True:
            try:
                if not (line := await commands.readline()):
                    return
                if line.isspace():
                    continue
                command = decode_command(line)
            except (msgspec.DecodeError, ValueError) as error:  # a ValueError: the line is longer than any can be
                self._output.emit(Notice(t=0.0, problem=_bad_command(str(error))))
                continue
            if isinstance(command, Quit):
                return
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, Watch):
            self._output.watched = None if command.connections is None else frozenset(command.connections)
        elif isinstance(command, StartRun):
            if self._run is None:
                self._run = RunLifetime(command, self._output, self._tasks, self._early)
                self._early = []
                self._task = self._tasks.create_task(self._carry_out_run(self._run), name="run")
        elif self._run is not None:
            _pass_on(command, self._run)
        elif isinstance(command, Steering):
            self._early.append(command)

    async def _carry_out_run(self, run: RunLifetime) -> None:
        try:
            await run.carry_out()
        finally:
            self._run = None


def _pass_on(command: Command, run: RunLifetime) -> None:
    """Give a command to the run in progress."""
    match command:
        case StopRun():
            run.stop(drain=command.drain)
        case RenewCredentials():
            remember_keys(command.credentials)
            run.renew_keys(command.credentials)
        case RenewLease():
            run.renew_lease()
        case BeginStreams():
            run.begin(command.start_s)
        case SendControl():
            run.control(command.control, command.connections)
        case SetParameters() | OpenConnections() | EndConnections():
            run.steer(command)


def _bad_command(why: str) -> Problem:
    return Problem(code="bad_command", what="The engine received a command that it cannot read.", why=why)


class _OutPipe(asyncio.BaseProtocol):
    def __init__(self) -> None:
        self.lost = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


async def _main() -> None:
    loop = asyncio.get_running_loop()
    # Signals that stop a run may reach all of its processes at once. The front end handles them: it drains this process
    # over its pipe.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(NotImplementedError, AttributeError):  # Windows
            loop.add_signal_handler(getattr(signal, name), lambda: None)
    commands = asyncio.StreamReader(limit=LINE_LIMIT_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin.buffer)
    out, pipe = await loop.connect_write_pipe(_OutPipe, sys.stdout.buffer)
    try:
        await Worker(out).serve(commands)
    finally:
        out.close()  # writes out what is left first
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_MAX_S):
                await pipe.lost.wait()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def main() -> None:
    """Entry point of the process."""
    exit_with_parent()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logs.set_up(logging.WARNING, handler)
    logs.catch_uncaught()
    # What was imported stays: a collection of these 80,000 objects would stop all streams for 30 ms.
    gc.freeze()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_main())


if __name__ == "__main__":
    main()
