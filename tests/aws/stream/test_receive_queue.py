"""What arrives on the network thread, and when the loop handles it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.aws.stream.receive_queue import DEFER_MAX_S, ReceiveQueue
from tests.stepped_loop import now_s, run


class WakeUps:
    """Wake-ups that the test makes."""

    def __init__(self, next_s: float) -> None:
        self.next_s = next_s
        self.after: list[Callable[[], None]] = []

    def wake(self) -> None:
        for follow in self.after:
            follow()


def test_what_can_wait_is_handled_with_the_next_wake_up_in_its_order_and_with_its_time() -> None:
    async def main() -> None:
        wake_ups, handled = WakeUps(now_s() + DEFER_MAX_S / 2), []
        queue = ReceiveQueue(asyncio.get_running_loop(), wake_ups)
        for value in "ab":
            queue.post(lambda *arguments: handled.append(arguments), value, now_s(), can_wait=True)
        arrived_s = now_s()
        await asyncio.sleep(1)
        assert handled == []
        wake_ups.wake()
        assert handled == [("a", arrived_s), ("b", arrived_s)]

    run(main())


def test_nothing_waits_for_a_wake_up_that_is_far_or_not_planned() -> None:
    async def main() -> None:
        for next_s in (0.0, now_s() + 10 * DEFER_MAX_S):
            handled: list[str] = []
            queue = ReceiveQueue(asyncio.get_running_loop(), WakeUps(next_s))
            queue.post(lambda value, _, handled=handled: handled.append(value), "a", now_s(), can_wait=True)
            await asyncio.sleep(0)
            assert handled == ["a"]

    run(main())


def test_what_cannot_wait_brings_everything_before_it_along() -> None:
    async def main() -> None:
        handled: list[str] = []
        queue = ReceiveQueue(asyncio.get_running_loop(), WakeUps(now_s() + DEFER_MAX_S / 2))
        queue.post(lambda value, _: handled.append(value), "waits", now_s(), can_wait=True)
        queue.post(lambda value, _: handled.append(value), "end", now_s())
        await asyncio.sleep(0)
        assert handled == ["waits", "end"]

    run(main())


def test_a_handler_that_fails_does_not_stop_the_others() -> None:
    async def main() -> None:
        handled: list[str] = []
        failures: list[dict[str, object]] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context))
        queue = ReceiveQueue(loop)
        queue.post(lambda *_: 1 / 0, None, now_s())
        queue.post(lambda value, _: handled.append(value), "second", now_s())
        await asyncio.sleep(0)
        assert handled == ["second"]
        assert [type(failure["exception"]) for failure in failures] == [ZeroDivisionError]

    run(main())
