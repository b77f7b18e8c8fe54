"""The event that a connection has four of."""

from __future__ import annotations

import asyncio
import sys

from flux_desktop.base.event import LeanEvent


async def test_all_that_wait_go_on_and_later_ones_do_not_wait() -> None:
    event = LeanEvent()
    waiting = [asyncio.create_task(event.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    event.set()
    await asyncio.gather(*waiting)
    await event.wait()


async def test_cleared_it_is_waited_for_again() -> None:
    event = LeanEvent()
    event.set()
    event.clear()
    waiting = asyncio.create_task(event.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    event.set()
    event.set()
    await waiting


async def test_one_that_gives_up_does_not_hold_up_the_others() -> None:
    event = LeanEvent()
    gives_up, stays = asyncio.create_task(event.wait()), asyncio.create_task(event.wait())
    await asyncio.sleep(0)
    gives_up.cancel()
    event.set()
    await stays
    await asyncio.wait({gives_up})
    assert gives_up.cancelled()
    assert event._waiting == []


def test_it_is_small() -> None:
    event = LeanEvent()
    assert sum(sys.getsizeof(part) for part in (event, event.__dict__, event._waiting)) < 512
