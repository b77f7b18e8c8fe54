"""A child process: what it says is heard to its last word, and its end comes in bounded time."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

import pytest

from flux_desktop.base import program
from flux_desktop.base.child import Child, end_at_once
from flux_desktop.engine.records.commands import Quit, encode_command
from flux_desktop.engine.records.events import Notice, WorkerReady, decode_event
from flux_desktop.engine.supervision.worker_process import WORKER_MODULE
from tests.waiting import PATIENCE_S

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="its children are shells")


@POSIX
async def test_words_that_come_after_its_end_are_its_last_words() -> None:
    child = Child("child")
    # One that outlives it speaks when told to leave.
    last = "(read nothing; echo out of memory >&2) <&3 >&-"
    process = await child.start(["sh", "-c", f"exec 3<&0; {last} & exit 7"])
    assert process.stdout is not None
    assert await process.stdout.read() == b"", "it has left"
    assert await child.stop() == 7
    assert list(child.stderr_tail) == ["out of memory"]


@POSIX
async def test_a_line_that_it_has_logged_states_level_and_logger_once(caplog: pytest.LogCaptureFixture) -> None:
    child = Child("child")
    lines = ["ERROR some.module: it failed", "Traceback", "WARNING: it goes on", "ERROR of a program"]
    with caplog.at_level(logging.WARNING):
        await child.start(["sh", "-c", "printf '%s\\n' \"$@\" >&2", "sh", *lines])
        await child.stop()
    assert [(record.levelname, record.name, record.message) for record in caplog.records] == [
        ("ERROR", "some.module", "child: it failed"),
        ("ERROR", "flux_desktop.base.child", "child: Traceback"),
        ("WARNING", "flux_desktop.base.child", "child: it goes on"),
        ("ERROR", "flux_desktop.base.child", "child: of a program"),
    ]


@POSIX
async def test_words_that_never_come_are_not_waited_for_long() -> None:
    child = Child("child")
    process = await child.start(["sh", "-c", "(sleep 60) & echo $!; exit 7"])
    assert process.stdout is not None
    outlives_it = int(await process.stdout.readline())
    try:
        async with asyncio.timeout(PATIENCE_S):
            assert await child.stop() == 7
    finally:
        os.kill(outlives_it, signal.SIGKILL)


@POSIX
async def test_the_exit_status_of_a_child_that_ends_just_before_it_is_killed_is_kept() -> None:
    child = Child("child")
    process = await child.start(["sh", "-c", "read word; exit 7"])
    assert process.stdin is not None
    os.write(process.stdin.get_extra_info("pipe").fileno(), b"\n")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # noqa: ASYNC222 - asyncio is not to see its end
    await end_at_once(process)
    assert process.returncode == 7


async def test_a_worker_tells_of_a_line_it_cannot_read_and_goes_on() -> None:
    child = Child("worker")
    process = await child.start(program.command(WORKER_MODULE))
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(b'\n \n{"command":"dance"}\n\r\n' + encode_command(Quit()))
        events = [decode_event(line) async for line in process.stdout]
        assert [type(event) for event in events] == [WorkerReady, Notice], "empty lines are no commands"
        assert isinstance(events[1], Notice)
        assert events[1].problem.code == "bad_command"
    finally:
        assert await child.stop() == 0
