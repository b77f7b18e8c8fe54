"""Blocking work beside the event loop: results, errors, time limits, and a thread that never returns."""

from __future__ import annotations

import ast
import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import flux_desktop
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work, in_thread


@pytest.fixture
def hung() -> Iterator[threading.Event]:
    """Set when the test is over, so that work that waits for it ends."""
    released = threading.Event()
    yield released
    released.set()


async def test_the_result_or_the_exception_is_the_callers() -> None:
    assert await in_thread(threading.get_ident, 10) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0, 10)


def test_hung_work_delays_neither_the_end_of_the_loop_nor_of_the_program(hung: threading.Event) -> None:
    async def give_up() -> None:
        loop, running = asyncio.get_running_loop(), asyncio.Event()

        def hang() -> None:
            loop.call_soon_threadsafe(running.set)
            hung.wait(30)

        work = asyncio.create_task(in_thread(hang, 60))
        await running.wait()
        work.cancel()
        await asyncio.wait({work})

    asyncio.run(give_up())
    # The loop has not waited for it, which would have been until it ended.
    (thread,) = (each for each in threading.enumerate() if each.name == "blocking work")
    assert thread.daemon  # the interpreter waits at exit for every other kind


async def test_work_that_takes_too_long_is_abandoned(hung: threading.Event) -> None:
    with pytest.raises(TimeoutError):
        await in_thread(lambda: hung.wait(30), 0.01)
    with pytest.raises(ProblemError) as caught:
        await file_work("Reading talk.wav", lambda: hung.wait(30), 0.01)
    assert caught.value.problem.code == "file_slow"
    assert caught.value.problem.what == "Reading talk.wav did not finish within 0.01 s."


def test_an_outcome_after_the_loop_has_closed_is_discarded(hung: threading.Event) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(in_thread(lambda: hung.wait(30), 0.01))
    (thread,) = (each for each in threading.enumerate() if each.name == "blocking work")
    hung.set()
    thread.join(10)  # an exception in it would fail this test as a warning
    assert not thread.is_alive()


def test_nothing_else_leaves_the_event_loop() -> None:
    """The default executor would make the program wait for a hung disk when it closes."""
    package = Path(flux_desktop.__file__).parent
    uses = [
        f"{path.relative_to(package)}:{node.lineno}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("to_thread", "run_in_executor")
    ]
    assert uses == []
