"""Blocking work on a thread, shown by a bar with the time that is left; cancelling the task ends the thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from flux_desktop.base.threads import file_work
from flux_desktop.base.work_share import OnProgress
from flux_desktop.ui.models.work_progress import of_share
from flux_desktop.ui.views.work_bar import WorkBar

_STEP = 0.005
"""The progress is shown each time this share has been added."""


async def watched[T](activity: str, work: Callable[[OnProgress], T], bar: WorkBar, limit_s: float) -> T:
    """Run `work` and return its result, or raise its exception. `activity` says what is done, such as ``Reading x``.

    Raises `ProblemError` ``file_slow`` after `limit_s` seconds. Cancelled or timed out, the work ends when it reports
    its progress for the next time. The caller hides the bar.
    """
    loop, ended = asyncio.get_running_loop(), threading.Event()
    began_s, shown = loop.time(), 0.0

    def show(share: float) -> None:
        if not ended.is_set():
            bar.show_progress(of_share(share, loop.time() - began_s, activity))

    def on_progress(share: float) -> bool:
        nonlocal shown
        if share - shown >= _STEP and not ended.is_set():
            shown = share
            loop.call_soon_threadsafe(show, share)
        return not ended.is_set()

    show(0.0)
    try:
        return await file_work(activity, lambda: work(on_progress), limit_s)
    finally:
        ended.set()
