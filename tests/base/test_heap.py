"""Freed memory goes back to the system; each in a process of its own, whose heap nothing else has used."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only glibc keeps freed memory like this")

_FREED_IN_PIECES = """
import asyncio
from pathlib import Path
from flux_desktop.base import heap

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

blocks = [bytes(8000) for _ in range(10_000)]
del blocks[:-1]  # the last one keeps all below it
before = resident_mb()
"""
_FREED_BEFORE_A_SMALL_ONE = """
import sys
from pathlib import Path

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

blocks = [bytearray(b"." * size) for _ in range(2_000) for size in (12_000, 600)]
before = resident_mb()
del blocks[::2]  # a small one lives on behind each
print(before, resident_mb(), file=sys.stderr)  # a worker closes its standard output
"""
_SEVERAL_THREADS = """
import ctypes, sys, threading
from flux_desktop.base import heap

if sys.argv[1] == "shared":
    heap.share_one_heap()
met = threading.Barrier(5)

def work():
    kept = bytes(8000)
    met.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
met.wait()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def said(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("way", ["heap.trim()", "asyncio.run(asyncio.wait_for(heap.keep_trimmed(0.01), 0.5))"])
def test_what_was_freed_in_pieces_goes_back(way: str) -> None:
    ending = f"try:\n    {way}\nexcept TimeoutError:\n    pass\nprint(before, resident_mb())"
    before_mb, after_mb = map(float, said(_FREED_IN_PIECES + ending).split())
    assert before_mb - after_mb > 60


@pytest.mark.parametrize(
    "caller",
    [
        "from flux_desktop.base.heap import keep_apart; keep_apart(8192)",
        "from flux_desktop.engine.worker import worker; worker.main()",
    ],
)
def test_small_blocks_do_not_hold_large_ones_back(caller: str) -> None:
    before_mb, after_mb = map(float, said(f"{caller}\n{_FREED_BEFORE_A_SMALL_ONE}").splitlines()[-1].split())
    assert before_mb - after_mb > 10, "of 24"


def test_threads_share_one_heap() -> None:
    assert said(_SEVERAL_THREADS, "apart").count("<heap nr=") > 1
    assert said(_SEVERAL_THREADS, "shared").count("<heap nr=") == 1
