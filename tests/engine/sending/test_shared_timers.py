"""Timers that many senders share."""

from __future__ import annotations

import asyncio

import pytest

from flux_desktop.engine.sending.shared_timers import SharedTimers
from tests.stepped_loop import now_s, run


def test_calls_of_one_millisecond_share_a_timer_of_the_loop_and_none_comes_too_early() -> None:
    async def main() -> None:
        timers, calls, begin_s = SharedTimers(now_s), [], now_s()
        loop = asyncio.get_running_loop()
        loop_timers = []
        call_later = loop.call_later
        loop.call_later = lambda *arguments: loop_timers.append(1) or call_later(*arguments)  # type: ignore[method-assign]
        for delay_s in (0.0801, 0.08, 0.0795, 0.0803, 0.0):
            timers.call_later(delay_s, lambda delay_s=delay_s: calls.append((delay_s, now_s() - begin_s)))  # type: ignore[misc]
        assert len(loop_timers) == 3
        await asyncio.sleep(1)
        assert [delay_s for delay_s, _ in calls] == [0.0, 0.08, 0.0795, 0.0801, 0.0803]
        assert all(0 <= after_s - delay_s + 1e-9 < 0.002 for delay_s, after_s in calls)

    run(main())


def test_a_cancelled_call_is_not_made_and_the_others_of_its_group_are() -> None:
    async def main() -> None:
        timers, calls = SharedTimers(now_s), []
        for name in "abc":
            timer = timers.call_later(0.01, lambda name=name: calls.append(name))  # type: ignore[misc]
            if name == "b":
                timer.cancel()
        await asyncio.sleep(1)
        assert calls == ["a", "c"]

    run(main())


def test_a_call_that_fails_is_reported_and_the_others_of_its_group_are_made() -> None:
    async def main() -> None:
        timers, calls, failures = SharedTimers(now_s), [], []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
        timers.call_later(0.01, lambda: 1 / 0)
        timers.call_later(0.01, lambda: calls.append("second"))
        await asyncio.sleep(1)
        assert calls == ["second"]
        assert [type(failure) for failure in failures] == [ZeroDivisionError]

    run(main())


def test_a_call_may_ask_for_the_next_one_at_once() -> None:
    async def main() -> None:
        timers, calls = SharedTimers(now_s), []

        def again() -> None:
            calls.append(now_s())
            if len(calls) < 3:
                timers.call_later(0.0, again)

        timers.call_later(0.0, again)
        await asyncio.sleep(1)
        assert len(calls) == 3

    run(main())


def test_the_next_calls_are_known_but_while_calls_are_made_and_who_follows_is_called_after_each_group() -> None:
    async def main() -> None:
        timers, seen = SharedTimers(now_s), []
        timers.after.append(lambda: seen.append("after"))
        timers.call_later(0.01, lambda: seen.append(timers.next_s))
        timers.call_later(0.08, lambda: seen.append(timers.next_s))
        begin_s = now_s()
        await asyncio.sleep(0.05)
        assert seen == [0.0, "after"]
        assert timers.next_s == pytest.approx(begin_s + 0.08, abs=0.0011)
        timers.call_later(0.01, lambda: None)
        assert timers.next_s == pytest.approx(now_s() + 0.01, abs=0.0011)
        await asyncio.sleep(1)
        assert seen == [0.0, "after", "after", 0.0, "after"]
        assert timers.next_s == 0.0

    run(main())


def test_a_call_is_made_again_at_the_moment_that_it_returns_until_it_is_cancelled() -> None:
    async def main() -> None:
        timers, calls, begin_s = SharedTimers(now_s), [], now_s()

        def again(name: str) -> float | None:
            calls.append((name, round(now_s() - begin_s, 2)))
            return now_s() + 0.02 if len(calls) < 7 else None

        first, second = (timers.call_later(0.02, lambda name=name: again(name)) for name in "ab")  # type: ignore[misc]
        await asyncio.sleep(0.05)
        assert calls == [("a", 0.02), ("b", 0.02), ("a", 0.04), ("b", 0.04)]
        second.cancel()
        await asyncio.sleep(1)
        assert [name for name, _ in calls[4:]] == ["a", "a", "a"]
        assert timers.next_s == 0.0
        first.cancel()

    run(main())


def test_a_call_that_cancels_itself_is_not_made_again() -> None:
    async def main() -> None:
        timers, calls = SharedTimers(now_s), []

        def stop() -> float:
            calls.append(1)
            timer.cancel()
            return now_s() + 0.02

        timer = timers.call_later(0.02, stop)
        await asyncio.sleep(1)
        assert calls == [1]

    run(main())
