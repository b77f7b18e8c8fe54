"""Work on the files of sessions that may take long: each job has a bar above the page until it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

from flux_desktop.base.work_share import OnProgress
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.watched_work import watched

GROUP = "file job"
LIMIT_S = 3600.0
SHOWN_AFTER_S = 0.3
"""A shorter job shows no bar, which would make the page jump."""


class FileJobs:
    """Jobs run side by side, each on a thread; Cancel ends one without a trace."""

    def __init__(self, banners: BannerStack, tasks: UiTasks, shown_after_s: float = SHOWN_AFTER_S) -> None:
        self._banners, self._tasks, self._shown_after_s = banners, tasks, shown_after_s
        self._numbers = count(1)

    def start[T](
        self,
        activity: str,
        work: Callable[[OnProgress], T],
        done: Callable[[T], object] = lambda _: None,
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        """Begin a job: `done` gets the result of `work`, `ended` is called before it, and also after a failure.

        `activity` says what is done, such as ``Exporting 2026-01-01_00-00-00``.
        """
        group = f"{GROUP} {next(self._numbers)}"
        bar = WorkBar(activity)
        self._banners.add_work(bar)
        bar.cancel_wanted.connect(lambda: self._tasks.cancel(group))

        async def carry_out() -> None:
            shown = asyncio.get_running_loop().call_later(self._shown_after_s, self._banners.show_work, bar)
            try:
                result = await watched(activity, work, bar, LIMIT_S)
            finally:
                shown.cancel()
                self._banners.remove_work(bar)
                ended()
            done(result)

        self._tasks.start(activity[:1].lower() + activity[1:], carry_out(), group=group)
