"""What a process costs, read from outside: CPU seconds and resident memory, from Linux's /proc."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
IDLE_ENOUGH_PERCENT = 15.0


def cpu_s(pid: int) -> float:
    """User and system CPU seconds of all threads so far, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def resident_bytes(pid: int) -> int:
    """Resident memory now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"process {pid} has no VmRSS")


def busy_percent(seconds: float = 1.0) -> float:
    """How busy the whole machine is, over that long: what others use is missing in our figures."""
    before = _machine_ticks()
    time.sleep(seconds)
    after = _machine_ticks()
    total = sum(after) - sum(before)
    idle = (after[3] + after[4]) - (before[3] + before[4])
    return 100 * (1 - idle / total) if total else 0.0


def _machine_ticks() -> list[int]:
    return [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]


class Others:
    """CPU that processes other than `pids` use meanwhile, in percent of the whole machine."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._own_s, self._machine = self._own(), _machine_ticks()

    def percent(self) -> float:
        """Since this was made."""
        after = _machine_ticks()
        total, idle = sum(after) - sum(self._machine), sum(after[3:5]) - sum(self._machine[3:5])
        own = (self._own() - self._own_s) * _TICKS_PER_S
        return max(0.0, 100 * (total - idle - own) / total) if total else 0.0

    def _own(self) -> float:
        return sum(map(cpu_s, self._pids))
