"""Blocking work on a daemon thread of its own, awaited from the event loop for a bounded time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

from flux_desktop.base.problem import Problem, ProblemError

FILE_LIMIT_S = 60.0
"""Local disks answer in milliseconds; a network drive that has not answered by now is unreachable."""


async def in_thread[T](work: Callable[[], T], limit_s: float) -> T:
    """Run `work` off the event loop and return its result, or raise its exception.

    Raises `TimeoutError` after `limit_s` seconds. On a timeout or a cancellation the thread is abandoned and its
    outcome discarded: a name look-up or a read from a hung disk cannot be interrupted. Because it is a daemon
    thread, neither `asyncio.run` nor the interpreter waits for it, as they would for the default executor.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except BaseException as error:  # boundary: re-raised in the caller, whatever it is
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop may have been closed in the meantime
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="blocking work", daemon=True).start()
    async with asyncio.timeout(limit_s):
        return await outcome


async def file_work[T](activity: str, work: Callable[[], T], limit_s: float = FILE_LIMIT_S) -> T:
    """`in_thread` for work on files. `activity` opens a sentence, such as ``Reading talk.wav``.

    Raises `ProblemError` ``file_slow`` after `limit_s` seconds, and whatever `work` raises.
    """
    try:
        return await in_thread(work, limit_s)
    except TimeoutError:
        raise ProblemError(
            Problem(
                code="file_slow",
                what=f"{activity} did not finish within {limit_s:g} s.",
                why="The disk or network drive is not responding.",
                todo="Check the drive, or copy the file to a local disk, then try again.",
            )
        ) from None
