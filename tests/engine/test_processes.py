"""The end of a child process: in bounded time, and heard to its last word."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from flux_desktop.engine.processes import Child

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its children are shells")


async def test_words_that_come_after_its_end_are_its_last_words() -> None:
    child = Child("child")
    # One that outlives it speaks when told to leave.
    last = "(read nothing; echo out of memory >&2) <&3 >&-"
    process = await child.start(["sh", "-c", f"exec 3<&0; {last} & exit 7"])
    assert process.stdout is not None
    assert await process.stdout.read() == b"", "it has left"
    assert await child.stop() == 7
    assert list(child.last_words) == ["out of memory"]


async def test_words_that_never_come_are_not_waited_for_long() -> None:
    child = Child("child")
    process = await child.start(["sh", "-c", "(sleep 60) & echo $!; exit 7"])
    assert process.stdout is not None
    outlives_it = int(await process.stdout.readline())
    try:
        async with asyncio.timeout(30):
            assert await child.stop() == 7
    finally:
        os.kill(outlives_it, signal.SIGKILL)
