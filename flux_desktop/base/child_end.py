"""The end of a child process at once: none is left behind, however often whoever waits for it is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import Process

GONE_WITHIN_S = 5.0
"""A killed process is gone in milliseconds; only one that is stuck in the kernel is not."""


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
