"""Measures the level of the selected microphone while no run is in progress, so that it can be checked before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import Event, LevelMeasured, Notice
from flux_desktop.engine.supervision.level_monitor import levels
from flux_desktop.ui.models.microphone import Microphones
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "level"
AGAIN_AFTER_S = 2.0

Hear = Callable[[int | None], AsyncGenerator[Event]]


class LevelWatch:
    """Starts and stops the process that reads the device; only one at a time, and none during a run.

    `on_begin` is called before the first level of each device, `on_level` with seconds of this watch's own clock,
    `on_trouble` with what keeps the device from being heard, and with None once it is heard.
    """

    def __init__(
        self,
        microphones: Microphones,
        tasks: UiTasks,
        on_begin: Callable[[], None],
        on_level: Callable[[LevelMeasured], None],
        on_trouble: Callable[[Problem | None], None],
        hear: Hear = levels,
    ) -> None:
        self._microphones = microphones
        self._tasks = tasks
        self._on_begin = on_begin
        self._on_level = on_level
        self._on_trouble = on_trouble
        self._hear = hear
        self._device: tuple[str, int | None] | None = None
        self._busy = asyncio.Lock()
        self._origin_s = time.monotonic()

    @property
    def on(self) -> bool:
        """Whether a device is being heard, or about to be."""
        return self._device is not None

    def now_s(self) -> float:
        """Seconds of this watch's clock."""
        return time.monotonic() - self._origin_s

    def update(self, wanted: bool) -> None:
        """Hear the chosen device if that is wanted and it is there; doing so twice does nothing."""
        device = None
        if wanted and self._microphones.available:
            device = (self._microphones.chosen, self._microphones.source().device_index)
        if device == self._device:
            return
        self._device = device
        self._tasks.cancel(GROUP)
        if device is not None:
            self._tasks.start("hearing the microphone", self._listen(device[1]), group=GROUP)

    async def released(self) -> None:
        """Wait until no device is held; about two seconds at most."""
        async with self._busy:
            pass

    async def _listen(self, device_index: int | None) -> None:
        while True:
            async with self._busy:
                self._on_begin()
                await self._hear_once(device_index)
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _hear_once(self, device_index: int | None) -> None:
        async with aclosing(self._hear(device_index)) as events:
            async for event in events:
                if isinstance(event, LevelMeasured):
                    self._on_trouble(None)
                    self._on_level(msgspec.structs.replace(event, t=self.now_s()))
                elif isinstance(event, Notice):
                    self._on_trouble(event.problem)
