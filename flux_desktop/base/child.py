"""Child processes of this program: their three pipes, their last words, and their bounded end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence

from flux_desktop.base.child_environment import child_environment
from flux_desktop.base.redaction import redact_log

_LOG = logging.getLogger(__name__)

GONE_WITHIN_S = 5.0
"""A killed process is gone in milliseconds; only one that is stuck in the kernel is not."""
LINE_LIMIT_BYTES = 64 * 1024 * 1024
_STDERR_LINES_KEPT = 20
_LAST_WORDS_WITHIN_S = 1.0
"""Standard error ends with the child, unless a child of its own holds it open."""
_LEVELS = logging.getLevelNamesMapping()


class Child:
    """One child with three pipes. `last_words` are the last lines of its standard error, without secrets.

    `stop` is bounded: it closes the child's standard input (which tells it to leave), then terminates, then kills.
    After it, `last_words` are whole, if the child was not killed.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.last_words: deque[str] = deque(maxlen=_STDERR_LINES_KEPT)
        self.process: Process | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self, arguments: Sequence[str]) -> Process:
        """Start it; raises `OSError` if that cannot be done."""
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
            if not await self._gone(process, patience_s):
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await self._gone(process, patience_s)
            if self._listening is not None and process.returncode is not None:
                await asyncio.wait({self._listening}, timeout=_LAST_WORDS_WITHIN_S)
        finally:
            try:
                await end_at_once(process)
            finally:
                if self._listening is not None:
                    self._listening.cancel()
                    await asyncio.wait({self._listening})
                    self._listening = None
        return process.returncode

    async def _gone(self, process: Process, patience_s: float) -> bool:
        # A reader of its output must not be what it waits for.
        try:
            async with asyncio.timeout(patience_s):
                await process.wait()
        except TimeoutError:
            return False
        return True

    async def _listen(self, process: Process) -> None:
        assert process.stderr is not None
        level = logging.WARNING  # of what has no level of its own, such as an interpreter's last words
        while line := await process.stderr.readline():
            text = redact_log(line.decode("utf-8", "replace").rstrip())
            self.last_words.append(text)
            level = _LEVELS.get(text.split(" ", 1)[0].rstrip(":"), level)
            _LOG.log(level, "%s: %s", self.name, text)


async def end_at_once(process: Process) -> None:
    """Kill the child if it still runs, and see it gone. A cancellation meanwhile is raised after that."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    gone = asyncio.ensure_future(process.wait())
    cancelled: asyncio.CancelledError | None = None
    ends_s = asyncio.get_running_loop().time() + GONE_WITHIN_S
    while not gone.done() and (left_s := ends_s - asyncio.get_running_loop().time()) > 0:
        try:
            await asyncio.wait({gone}, timeout=left_s)
        except asyncio.CancelledError as error:
            cancelled = error
    gone.cancel()
    # A grandchild may hold the pipes for a while; asyncio offers no public way to let go of them.
    process._transport.close()  # type: ignore[attr-defined]
    if cancelled is not None:
        raise cancelled
