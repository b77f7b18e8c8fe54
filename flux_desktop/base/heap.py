"""Keeps a process small for hours: what was freed goes back to the system instead of lying about in pieces.

Only glibc on Linux needs telling; elsewhere these do nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import sys

TRIM_EVERY_S = 60.0
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
"""Of ``mallopt``, from <malloc.h>."""
_LARGE_BYTES = 64 * 1024


def share_one_heap() -> None:
    """For a process with many threads that wait more than they work: they share one heap, which large blocks stay
    out of. Call it before threads start.
    """
    _tell("mallopt", _ARENA_MAX, 1)
    keep_apart(_LARGE_BYTES)


def keep_apart(from_bytes: int) -> None:
    """Blocks of that size and more get pages of their own, which go back when they are freed: little ones that live
    long cannot hold them back. Each costs a call of the system's, so it must be a size that does not come and go.
    """
    # Said once, it no longer grows to the largest block that was ever freed.
    _tell("mallopt", _MMAP_THRESHOLD, from_bytes)


def trim() -> None:
    """Give back what is free now. Takes less than a millisecond, rarely a few."""
    _tell("malloc_trim", 0)


async def keep_trimmed(every_s: float = TRIM_EVERY_S) -> None:
    """`trim` again and again, until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        trim()


def _tell(function: str, *arguments: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library than glibc
            getattr(_libc(), function)(*arguments)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
