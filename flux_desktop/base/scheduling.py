"""How the operating system shares the processors between this process and others."""

from __future__ import annotations

import contextlib
import os
import sys

MANY_STREAMS = 250
"""From so many on, the processes of a run interrupt each other hundreds of times a second."""


def run_in_turn() -> None:
    """Have this process wait for its turn: a thread that wakes up no longer interrupts the one that is running.

    With a thousand streams on two processors the pacing error of the slowest percent halves, as caches stay warm. Linux
    (SCHED_BATCH, see sched(7)); does nothing elsewhere. For all threads of the process and those that they start.
    """
    if sys.platform == "linux":
        for thread in os.listdir("/proc/self/task"):
            with contextlib.suppress(OSError):  # it has ended, or a sandbox forbids it
                os.sched_setscheduler(int(thread), os.SCHED_BATCH, os.sched_param(0))
