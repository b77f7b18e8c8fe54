"""Lists the microphones when they change, while the microphone is selected and no run is in progress."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable

from flux_desktop.audio.devices import InputDevice, input_devices
from flux_desktop.base.child import Child, end_at_once
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.ui.models.microphone import Microphones
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "devices"
POLL_S = 5.0
"""Interval without a sound server to subscribe to. Listing starts a process and takes about 0.2 s of CPU."""
SUBSCRIBED_POLL_S = 60.0
"""Interval beside a subscription, which reports a change within milliseconds."""
SETTLE_S = 0.2
"""A device that is plugged in causes several events at once."""

ListDevices = Callable[[], Awaitable[list[InputDevice]]]


class DeviceChanges:
    """Changes of sources as PulseAudio or PipeWire report them, by ``pactl subscribe``; none where that is missing."""

    def __init__(self) -> None:
        self.subscribed = False
        self._changed = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next change, or for the interval after which the list is to be read anyway."""
        self._changed.clear()
        try:
            async with asyncio.timeout(SUBSCRIBED_POLL_S if self.subscribed else POLL_S):
                await self._changed.wait()
                await asyncio.sleep(SETTLE_S)
        except TimeoutError:
            return

    async def follow(self) -> None:
        """Report changes until cancelled; returns at once where nothing can be subscribed to."""
        command = shutil.which("pactl")
        if command is None:
            return
        child = Child("pactl")
        try:
            process = await child.start([command, "subscribe"])
            assert process.stdout is not None
            while line := await process.stdout.readline():
                self.subscribed = True
                if b" on source #" in line or b" on server" in line:
                    self._changed.set()
        except OSError:
            return  # it cannot be started: the list is polled
        finally:
            self.subscribed = False
            if child.process is not None:
                await end_at_once(child.process)  # it reports any other end, which would be logged as a warning
            await child.stop()


class DeviceWatch:
    """Starts and stops listing; each list is read by a short-lived process, because PortAudio freezes its own."""

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
        """Begin or stop; doing so twice does nothing."""
        if not on:
            self._tasks.cancel(GROUP)
        elif not self._tasks.running(GROUP):
            self._tasks.start("listing microphones", self._watch(), group=GROUP)

    async def _watch(self) -> None:
        changes = DeviceChanges()
        async with asyncio.TaskGroup() as group:
            group.create_task(changes.follow(), name="following the sound server")
            group.create_task(self._list(changes), name="listing microphones")

    async def _list(self, changes: DeviceChanges) -> None:
        while True:
            problem = None
            try:
                self._microphones.devices = await self._list_devices()
            except ProblemError as error:
                problem, self._microphones.devices = error.problem, []
            self._microphones.listed = True
            self._on_change(problem)
            await changes.wait()
