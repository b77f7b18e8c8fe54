"""A process that waits for its turn, with all of its threads."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import os, threading
from flux_desktop.base.scheduling import run_in_turn
ended = threading.Event()
threading.Thread(target=ended.wait).start()
before = {os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")}
run_in_turn()
threading.Thread(target=ended.wait).start()
after = [os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")]
run_in_turn(False)
again = {os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")}
print(before == again == {os.SCHED_OTHER}, len(after), set(after) == {os.SCHED_BATCH})
ended.set()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the scheduling policy is Linux's")
def test_all_threads_wait_for_their_turn_and_later_ones_too_until_that_ends() -> None:
    result = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["True", "3", "True"]
