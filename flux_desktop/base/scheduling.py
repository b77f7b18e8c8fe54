"""How the operating system shares the processors between this process and others."""

from __future__ import annotations

import contextlib
import os
import sys

MANY_STREAMS = 250
"""From so many on, the processes of a run interrupt each other hundreds of times a second."""


def run_in_turn(in_turn: bool = True) -> None:
    """Have this process wait for its turn: a thread that wakes up no longer interrupts the one that is running.

    With a thousand streams on two processors the pacing error of the slowest percent halves, as caches stay warm. Linux
    (SCHED_BATCH, see sched(7)); does nothing elsewhere. For all threads of the process and those that they start;
    `in_turn` False has them scheduled as usual again.
    """
    if sys.platform == "linux":
        policy = os.SCHED_BATCH if in_turn else os.SCHED_OTHER
        for thread in os.listdir("/proc/self/task"):
            with contextlib.suppress(OSError):  # it has ended, or a sandbox forbids it
                os.sched_setscheduler(int(thread), policy, os.sched_param(0))
