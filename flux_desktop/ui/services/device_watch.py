"""Looks every two seconds which microphones there are, while the person has chosen to use one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from flux_desktop.audio.devices import InputDevice, input_devices
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.ui.models.microphone import Microphones
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "devices"
LOOK_EVERY_S = 1.5
"""With the time that listing takes, a device is seen within two seconds."""

ListDevices = Callable[[], Awaitable[list[InputDevice]]]


class DeviceWatch:
    """Starts and stops looking; each look is a short-lived process, because PortAudio freezes its list."""

    def __init__(
        self,
        microphones: Microphones,
        tasks: UiTasks,
        on_change: Callable[[Problem | None], None],
        list_devices: ListDevices = input_devices,
    ) -> None:
        self._microphones = microphones
        self._tasks = tasks
        self._on_change = on_change
        self._list_devices = list_devices

    def watch(self, on: bool) -> None:
        """Begin or end looking; doing so twice does nothing."""
        if not on:
            self._tasks.cancel(GROUP)
        elif not self._tasks.running(GROUP):
            self._tasks.start("looking for microphones", self._look(), group=GROUP)

    async def _look(self) -> None:
        while True:
            problem = None
            try:
                self._microphones.devices = await self._list_devices()
            except ProblemError as error:
                problem, self._microphones.devices = error.problem, []
            self._on_change(problem)
            await asyncio.sleep(LOOK_EVERY_S)
