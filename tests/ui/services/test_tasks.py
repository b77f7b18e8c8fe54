"""Every task of the window has an owner that ends it, and a place where its errors go."""

from __future__ import annotations

import asyncio

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.ui.services.tasks import UiTasks


async def forever() -> None:
    await asyncio.Event().wait()


async def test_expected_failures_are_told_as_they_are_and_bugs_as_a_sentence() -> None:
    problems: list[Problem] = []
    tasks = UiTasks(problems.append)

    async def expected() -> None:
        raise ProblemError(Problem(code="gone", what="It is gone."))

    async def bug() -> None:
        raise ZeroDivisionError("secret detail")

    for work in (expected(), bug()):
        task = tasks.start("counting", work)
        assert task is not None
        await asyncio.wait({task})
    assert [problem.code for problem in problems] == ["gone", "window_task_failed"]
    assert "ZeroDivision" not in problems[1].sentence()
    assert "secret" not in problems[1].sentence()


async def test_an_exclusive_task_replaces_its_group() -> None:
    tasks = UiTasks(lambda problem: None)
    first = tasks.start("first", forever(), group="list")
    other = tasks.start("other", forever(), group="else")
    tasks.start("second", forever(), group="list", exclusive=True)
    assert first is not None
    assert other is not None
    await asyncio.wait({first})
    assert first.cancelled()
    assert tasks.running("list") == ["second"]
    assert await tasks.close() == []
    assert tasks.running() == []


async def test_closing_is_bounded_and_names_what_would_not_end() -> None:
    tasks = UiTasks(lambda problem: None)
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    task = tasks.start("stubborn", stubborn())
    assert task is not None
    await asyncio.sleep(0)
    assert await tasks.close(timeout_s=0.05) == ["stubborn"]
    assert tasks.start("late", forever()) is None
    release.set()
    await asyncio.wait({task})
