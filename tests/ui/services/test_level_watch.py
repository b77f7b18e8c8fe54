"""The level before a run: one process at a time, for the chosen device, and none while a run holds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import Event, LevelMeasured, Notice
from flux_desktop.ui.models.microphone import Microphones
from flux_desktop.ui.services import level_watch as module
from flux_desktop.ui.services.level_watch import GROUP, LevelWatch
from flux_desktop.ui.services.tasks import UiTasks
from tests.ui.conftest import until
from tests.ui.services.test_device_watch import device, level

BUSY = Problem(code="busy", what="The device is busy.")


class Bench:
    """A watch over a device whose events the test puts into `queue`; None ends the monitor."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self.opened: list[int | None] = []
        self.open_now = 0
        self.begun = 0
        self.levels: list[LevelMeasured] = []
        self.troubles: list[Problem | None] = []
        self.failures: list[Problem] = []
        self.microphones = Microphones(devices=[device(0, "Built-in"), device(3, "USB")], chosen="USB")
        self.tasks = UiTasks(self.failures.append)
        self.watch = LevelWatch(
            self.microphones, self.tasks, self._begin, self.levels.append, self.troubles.append, self._monitor
        )

    def _begin(self) -> None:
        self.begun += 1

    async def _monitor(self, device_index: int | None) -> AsyncGenerator[Event]:
        self.opened.append(device_index)
        self.open_now += 1
        assert self.open_now == 1, "two at a time"
        try:
            while (event := await self.queue.get()) is not None:
                yield event
        finally:
            self.open_now -= 1


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.tasks.close()
    assert bench.failures == []


async def test_the_chosen_device_is_opened_once(bench: Bench) -> None:
    bench.watch.update(True)
    bench.watch.update(True)
    await until(lambda: bench.open_now == 1, "the device is open")
    assert bench.watch.on
    assert (bench.opened, bench.begun) == ([3], 1)
    assert len(bench.tasks.running(GROUP)) == 1


async def test_levels_have_times_of_the_watch_and_end_a_trouble(bench: Bench) -> None:
    bench.watch.update(True)
    bench.queue.put_nowait(Notice(t=0.0, problem=BUSY))
    bench.queue.put_nowait(level(1e9, peak=-8.0))
    await until(lambda: bool(bench.levels), "a level")
    assert bench.troubles == [BUSY, None]
    assert bench.levels[0].peak_dbfs == -8.0
    assert 0 <= bench.levels[0].t <= bench.watch.now_s()


async def test_a_device_that_was_lost_is_opened_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_AFTER_S", 0.0)
    bench.watch.update(True)
    bench.queue.put_nowait(None)
    await until(lambda: len(bench.opened) == 2, "the second opening")
    assert bench.begun == 2


async def test_another_choice_releases_the_first_device(bench: Bench) -> None:
    bench.watch.update(True)
    await until(lambda: bench.open_now == 1, "the device is open")
    bench.microphones.chosen = "Built-in"
    bench.watch.update(True)
    await until(lambda: bench.opened == [3, 0], "the other device")
    assert len(bench.tasks.running(GROUP)) == 1


async def test_a_disconnected_device_is_not_opened(bench: Bench) -> None:
    bench.microphones.devices = []
    bench.watch.update(True)
    assert not bench.watch.on
    assert bench.tasks.running(GROUP) == []


async def test_a_run_waits_until_the_device_is_free(bench: Bench) -> None:
    bench.watch.update(True)
    await until(lambda: bench.open_now == 1, "the device is open")
    bench.watch.update(False)
    assert not bench.watch.on
    await bench.watch.released()
    assert bench.open_now == 0
