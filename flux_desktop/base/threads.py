"""Blocking work on a thread of its own, waited for no longer than allowed."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable


async def in_thread[T](work: Callable[[], T], limit_s: float) -> T:
    """Run `work` off the event loop; its result or exception is ours.

    Raises `TimeoutError` after `limit_s`. Work that is given up on (so too when cancelled) goes on alone on its
    daemon thread and its outcome is dropped: a name look-up cannot be interrupted, and the default executor
    would make the program wait for it at exit.
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
        except BaseException as error:  # border: whatever it is, it belongs to the caller
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop may have closed meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="blocking work", daemon=True).start()
    async with asyncio.timeout(limit_s):
        return await outcome
