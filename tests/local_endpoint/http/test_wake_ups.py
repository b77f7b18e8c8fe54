"""Calls at the end of a wake-up: together, in order, once."""

from __future__ import annotations

import asyncio

from flux_desktop.local_endpoint.http.wake_ups import WakeUps


async def test_calls_are_made_together_and_in_order_after_all_that_the_loop_was_woken_for() -> None:
    wake_ups, calls = WakeUps(), list[str]()

    def use(name: str) -> None:
        calls.append(name)
        wake_ups.at_end(lambda: calls.append(f"end of {name}"))

    asyncio.get_running_loop().call_soon(use, "a")
    asyncio.get_running_loop().call_soon(use, "b")
    await asyncio.sleep(0)
    assert calls == ["a", "b"]
    await asyncio.sleep(0)
    assert calls == ["a", "b", "end of a", "end of b"]
    await asyncio.sleep(0)
    assert len(calls) == 4, "each call is made once"


async def test_a_call_that_is_added_by_another_one_belongs_to_the_next_wake_up() -> None:
    wake_ups, calls = WakeUps(), list[str]()
    wake_ups.at_end(lambda: wake_ups.at_end(lambda: calls.append("second")))
    await asyncio.sleep(0)
    assert calls == []
    await asyncio.sleep(0)
    assert calls == ["second"]
