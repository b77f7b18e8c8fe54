"""A worker as the supervisor sees it: a child process with commands in and events out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import msgspec

from flux_desktop.base import program
from flux_desktop.base.child import Child
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.connection import problems
from flux_desktop.engine.records.commands import Command, Quit, StartRun, encode_command
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    Histograms,
    RunReady,
    RunRefused,
    Snapshot,
    WorkerHeartbeat,
    WorkerReady,
    decode_event,
)
from flux_desktop.engine.records.facts import ConnectionRow

_LOG = logging.getLogger(__name__)

WORKER_MODULE = "flux_desktop.engine.worker.worker"
SILENCE_MAX_S = 20.0
"""A worker sends a heartbeat every second; one that sends nothing for this long is stuck."""
STARTUP_MAX_S = 60.0
"""Loading the libraries from a slow disk may take longer."""
_LOOK_EVERY_S = 1.0


class WorkerSilence:
    """How long a worker has sent nothing, in seconds during which this process itself was running; plain state.

    After this process was suspended (Ctrl+Z, a paused container, a closed lid) the worker's events still wait in the
    pipe: the time between two looks counts at most twice as much as it should have lasted.
    """

    def __init__(self, now_s: float, look_every_s: float) -> None:
        self.silent_s = 0.0
        self._look_max_s = 2 * look_every_s
        self._looked_s = now_s

    def end(self) -> None:
        """The worker has sent something."""
        self.silent_s = 0.0

    def look(self, now_s: float) -> float:
        """Count the time since the last look; returns the length of the silence."""
        self.silent_s += min(now_s - self._looked_s, self._look_max_s)
        self._looked_s = now_s
        return self.silent_s


class WorkerProcess:
    """One worker and its connections. `on_event` gets its number and its events.

    Connections that die with the process are reported as ended.
    """

    def __init__(self, number: int, connections: list[int], on_event: Callable[[int, Event], None]) -> None:
        self.number = number
        self.connections = connections
        self._on_event = on_event
        self._child = Child(f"worker {number}")
        self.refused: Problem | None = None
        """Why the worker could not carry out its run at all."""
        self._ended: set[int] = set()
        self._rows: dict[int, ConnectionRow] = {}
        """Last row of each connection: all that is known of those that die with the process."""
        self._last_t = 0.0
        self._silence: WorkerSilence | None = None
        self._is_loaded = False
        self._finished = False
        self._serving = False

    def send(self, command: Command) -> None:
        """Send the worker a command; does nothing where it is not running."""
        process = self._child.process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        with contextlib.suppress(OSError):
            process.stdin.write(encode_command(command))

    async def start(self) -> None:
        """Start the process; it loads what it needs while the run is still being prepared.

        Raises `ProblemError` if the process cannot be started at all.
        """
        try:
            await self._child.start(program.command(WORKER_MODULE))
        except OSError as error:
            raise ProblemError(_not_started(str(error))) from error

    async def serve(self, start: StartRun, first_commands: Callable[[], list[Command]]) -> None:
        """Hand the process its run, and pass on its events until it is done or dead."""
        process = self._child.process
        assert process is not None
        assert process.stdout is not None
        self._serving = True
        self.send(start)
        for command in first_commands():
            self.send(command)
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._end_if_silent(process))
            while not self._finished and (line := await process.stdout.readline()):
                self._take(line)
            watching.cancel()
        if self._finished:
            self.send(Quit())
        exit_code = await self._child.stop()
        if not self._finished:
            self._report_dead(exit_code)

    async def stop(self) -> None:
        """End the process within about three seconds; idempotent. One that never got a run is ended at once."""
        await self._child.stop(patience_s=1.5 if self._serving else 0.0)

    async def _end_if_silent(self, process: asyncio.subprocess.Process) -> None:
        """Kill a process that is stuck. Checked now and then: a limit for each line would need a timer for each."""
        clock, look_every_s = asyncio.get_running_loop().time, min(_LOOK_EVERY_S, SILENCE_MAX_S / 4)
        self._silence = WorkerSilence(clock(), look_every_s)
        while (silent_s := self._silence.look(clock())) < (SILENCE_MAX_S if self._is_loaded else STARTUP_MAX_S):  # noqa: ASYNC110
            await asyncio.sleep(look_every_s)
        self._child.stderr_tail.append(f"It sent nothing for {silent_s:.0f} s and was ended.")
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    def _take(self, line: bytes) -> None:
        self._is_loaded = True
        if self._silence is not None:
            self._silence.end()
        try:
            event = decode_event(line)
        except msgspec.DecodeError:
            _LOG.exception("worker %d sent a line that is not an event", self.number)
            return
        if isinstance(event, WorkerReady | WorkerHeartbeat):
            return
        if isinstance(event, RunReady):
            self._on_event(self.number, event)
            return
        self._last_t = event.t
        if isinstance(event, ConnectionEnded):
            self._ended.add(event.summary.conn)
        elif isinstance(event, Snapshot):
            self._rows.update((row.conn, row) for row in event.rows)
        elif isinstance(event, RunRefused):
            self.refused = event.problem
            self._finished = True
            return
        elif isinstance(event, Histograms):
            self._finished = event.final
        self._on_event(self.number, event)

    def _report_dead(self, exit_code: int | None) -> None:
        last_line = self._child.stderr_tail[-1] if self._child.stderr_tail else ""
        problem = problems.worker_died(exit_code, last_line)
        for conn in self.connections:
            if conn not in self._ended:
                row = self._rows.get(conn) or ConnectionRow(conn=conn)
                self._on_event(self.number, ConnectionEnded(t=self._last_t, summary=row.cut_off(problem)))


def _not_started(why: str) -> Problem:
    return Problem(
        code="worker_not_started",
        what="The engine process could not be started.",
        why=why,
        todo="Free some memory, or reinstall the program, then try again.",
    )
