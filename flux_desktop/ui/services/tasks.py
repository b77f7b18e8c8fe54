"""The one owner of every asyncio task of the window."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from flux_desktop.base.problem import Problem, ProblemError

_log = logging.getLogger(__name__)

ErrorSink = Callable[[Problem], None]


class UiTasks:
    """Starts tasks by name and group, reports their errors, and ends them all within a bounded time.

    An expected failure (`ProblemError`) goes to the sink as it is; a bug is logged with its traceback and
    reported as a sentence. Cancelling a task is silent. Used on the window's thread only.
    """

    def __init__(self, on_problem: ErrorSink) -> None:
        self._on_problem = on_problem
        self._groups: dict[asyncio.Task[Any], str] = {}
        self._closing = False

    def start(
        self,
        name: str,
        work: Coroutine[Any, Any, Any],
        *,
        group: str = "",
        exclusive: bool = False,
        on_problem: ErrorSink | None = None,
    ) -> asyncio.Task[Any] | None:
        """Run `work`; with `exclusive` the group's older tasks are cancelled first. None while closing."""
        if self._closing:
            work.close()
            return None
        if exclusive:
            self.cancel(group)
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._groups[task] = group
        sink = on_problem or self._on_problem
        task.add_done_callback(lambda done: self._finished(done, sink))
        return task

    def cancel(self, group: str) -> None:
        """Cancel all tasks of a group; they end by themselves."""
        for task, its_group in list(self._groups.items()):
            if its_group == group:
                task.cancel()

    def running(self, group: str | None = None) -> list[str]:
        """Names of tasks under way, of one group or all."""
        return [task.get_name() for task, its in self._groups.items() if group is None or its == group]

    async def close(self, timeout_s: float = 4.0) -> list[str]:
        """Cancel everything and wait at most `timeout_s`; returns the names of those that did not end."""
        self._closing = True
        current = asyncio.current_task()
        waiting = [task for task in self._groups if task is not current]
        for task in waiting:
            task.cancel()
        if not waiting:
            return []
        _, stuck = await asyncio.wait(waiting, timeout=timeout_s)
        return [task.get_name() for task in stuck]

    def _finished(self, task: asyncio.Task[Any], sink: ErrorSink) -> None:
        self._groups.pop(task, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if isinstance(error, ProblemError):
            sink(error.problem)
            return
        _log.error("The task %s failed", task.get_name(), exc_info=error)
        sink(
            Problem(
                code="window_task_failed",
                what=f"Internal error while {task.get_name()}.",
                why="This is a bug in flux-desktop.",
                todo="Try again. If it happens again, choose Help → Copy Diagnostics and report it.",
            )
        )
