"""Child processes of this program: three pipes, the tail of standard error, and a bounded shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence

from flux_desktop.base.child_environment import child_environment
from flux_desktop.base.redaction import redact_log

_LOG = logging.getLogger(__name__)

KILL_LIMIT_S = 5.0
"""A killed process ends within milliseconds unless it is stuck in the kernel."""
LINE_LIMIT_BYTES = 64 * 1024 * 1024
_STDERR_LINES_KEPT = 20
_STDERR_LIMIT_S = 1.0
"""Standard error ends with the child, unless a grandchild keeps it open."""
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows any number ends a process at once
_LEVELS = logging.getLevelNamesMapping()
_LINE = re.compile(rf"({'|'.join(_LEVELS)}):? (?:([\w.]+): )?")
"""How a line that a child has logged begins: level and logger, which this process's own lines state as well."""


class Child:
    """A child process with three pipes. `stderr_tail` has the last lines of its standard error, without secrets.

    `stop` is bounded: it closes the child's standard input (which asks it to exit), then terminates, then kills it.
    Afterwards `stderr_tail` is complete, unless the child was killed.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.stderr_tail: deque[str] = deque(maxlen=_STDERR_LINES_KEPT)
        self.process: Process | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self, arguments: Sequence[str]) -> Process:
        """Start the process; raises `OSError` if that fails."""
        # A session of its own: Ctrl+C in the terminal is for the front end, which then drains its children.
        self.process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=LINE_LIMIT_BYTES,
            env=child_environment(),
            start_new_session=os.name == "posix",
        )
        self._listening = asyncio.get_running_loop().create_task(self._listen(self.process), name=f"{self.name} log")
        return self.process

    async def stop(self, patience_s: float = 1.5) -> int | None:
        """End the child within about twice `patience_s`; returns its exit code. Idempotent."""
        process = self.process
        if process is None:
            return None
        try:
            if process.stdin is not None and not process.stdin.is_closing():
                process.stdin.close()
            if not await self._ended_within(process, patience_s):
                _signal(process, signal.SIGTERM)
                await self._ended_within(process, patience_s)
            if self._listening is not None and process.returncode is not None:
                await asyncio.wait({self._listening}, timeout=_STDERR_LIMIT_S)
        finally:
            try:
                await end_at_once(process)
            finally:
                if self._listening is not None:
                    self._listening.cancel()
                    await asyncio.wait({self._listening})
                    self._listening = None
        return process.returncode

    async def _ended_within(self, process: Process, patience_s: float) -> bool:
        # Waits for the process alone, not for the end of its output.
        try:
            async with asyncio.timeout(patience_s):
                await process.wait()
        except TimeoutError:
            return False
        return True

    async def _listen(self, process: Process) -> None:
        assert process.stderr is not None
        level = logging.WARNING  # for lines without a level, such as an interpreter's traceback
        while line := await process.stderr.readline():
            text = redact_log(line.decode("utf-8", "replace").rstrip())
            self.stderr_tail.append(text)
            logger = _LOG
            if begins := _LINE.match(text):
                level, text = _LEVELS[begins[1]], text[begins.end() :]
                logger = logging.getLogger(begins[2] or __name__)
            logger.log(level, "%s: %s", self.name, text)


def _signal(process: Process, number: int) -> None:
    """Send a signal to a child that asyncio has not seen ending.

    `Process.kill` would look for its end first and take its exit status, which asyncio would then report as lost.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the latter on Windows, where it has ended
        os.kill(process.pid, number)


async def end_at_once(process: Process) -> None:
    """Kill the child if it is still running and wait for its end. A cancellation is raised afterwards."""
    if process.returncode is None:
        _signal(process, _KILL)
    ended = asyncio.ensure_future(process.wait())
    cancelled: asyncio.CancelledError | None = None
    ends_s = asyncio.get_running_loop().time() + KILL_LIMIT_S
    while not ended.done() and (left_s := ends_s - asyncio.get_running_loop().time()) > 0:
        try:
            await asyncio.wait({ended}, timeout=left_s)
        except asyncio.CancelledError as error:
            cancelled = error
    ended.cancel()
    # A grandchild may keep the pipes open; asyncio has no public way to close our ends.
    process._transport.close()  # type: ignore[attr-defined]
    if cancelled is not None:
        raise cancelled
