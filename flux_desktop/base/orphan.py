"""Ends a child process whose parent has died, even if the child is too busy to notice by itself."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

GRACE_S = 4.0
"""Enough for an orderly end: a child learns of its parent's death from its closed standard input."""
_POLL_S = 1.0


def exit_with_parent(grace_s: float = GRACE_S, on_orphaned: Callable[[], None] | None = None) -> None:
    """Start a daemon thread that ends this process `grace_s` after its parent has died. Does nothing on Windows.

    `on_orphaned` is called there before, to begin an orderly end where nothing else does.
    Called at the start of a child's `main`: a parent that is already dead by then is not noticed.
    """
    if os.name == "posix":
        threading.Thread(
            target=_watch, args=(os.getppid(), grace_s, on_orphaned), name="parent watch", daemon=True
        ).start()


def _watch(parent: int, grace_s: float, on_orphaned: Callable[[], None] | None) -> None:
    _wait_for_end(parent)
    if on_orphaned is not None:
        on_orphaned()
    time.sleep(grace_s)
    os._exit(1)  # no clean-up: that is what has not ended in time


def _wait_for_end(parent: int) -> None:
    try:
        descriptor = os.pidfd_open(parent)
    except (AttributeError, OSError):  # not Linux, a kernel before 5.3, or no longer there
        while os.getppid() == parent:
            time.sleep(_POLL_S)
        return
    try:
        select.select([descriptor], [], [])
    finally:
        os.close(descriptor)
