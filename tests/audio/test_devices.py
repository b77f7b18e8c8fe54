"""A listing that nobody wants any more leaves no process behind, whenever and however often it is cancelled."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path

import pytest

from flux_desktop.audio.devices import input_devices

SLEEPER = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("between", [0, 1, 2, 3])
async def test_cancelled_twice_in_a_row(tmp_path: Path, between: int) -> None:
    told = tmp_path / "pid"
    listing = asyncio.create_task(input_devices(command=(sys.executable, "-c", SLEEPER, str(told))))
    while not (told.exists() and told.read_text()):  # noqa: ASYNC110 -- another process sets it
        await asyncio.sleep(0.01)
    listing.cancel()
    for _ in range(between):
        await asyncio.sleep(0)
    listing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listing
    assert not alive(int(told.read_text()))
    del listing
    gc.collect()  # a transport that is not closed tells so here


@pytest.mark.parametrize("passes", range(6))
async def test_cancelled_while_it_starts(tmp_path: Path, passes: int) -> None:
    listing = asyncio.create_task(input_devices(command=(sys.executable, "-c", SLEEPER, str(tmp_path / "pid"))))
    for _ in range(passes):
        await asyncio.sleep(0)
    listing.cancel()
    await asyncio.sleep(0)
    listing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listing
    del listing
    gc.collect()
