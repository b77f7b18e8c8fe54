"""The level of a microphone while no run is in progress: a short-lived process of its own, and how to read it.

``python -m flux_desktop.engine.supervision.level_monitor [DEVICE_INDEX]`` prints `LevelMeasured` events as JSON lines
until its standard input is closed; with no index, of the default microphone. A device that cannot be opened, or
that is lost, is reported as a `Notice`, and the process exits.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import AsyncGenerator

import msgspec

from flux_desktop.audio.microphone import Microphone
from flux_desktop.base import program
from flux_desktop.base.child import Child
from flux_desktop.base.orphan import exit_with_parent
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.frame_level import frame_level
from flux_desktop.engine.records.events import Event, Notice, decode_event, encode_event

MODULE = "flux_desktop.engine.supervision.level_monitor"
STOP_PATIENCE_S = 0.8
"""Releasing the device takes at most twice this long."""


async def levels(device_index: int | None) -> AsyncGenerator[Event]:
    """The events of a monitor on this device, until it exits; closing the iterator releases the device.

    Raises `OSError` if the process cannot be started.
    """
    child = Child("level monitor")
    arguments = [] if device_index is None else [str(device_index)]
    try:
        process = await child.start(program.command(MODULE, arguments))
        assert process.stdout is not None
        while line := await process.stdout.readline():
            with contextlib.suppress(msgspec.DecodeError):  # a library's chatter
                yield decode_event(line)
    finally:
        await child.stop(STOP_PATIENCE_S)


class _Monitor:
    """Prints the level of each frame (MicrophoneListener)."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self._began_s = time.monotonic()

    def emit(self, event: Event) -> None:
        """Print an event; without a front end to read it, the process ends."""
        try:
            os.write(sys.stdout.fileno(), encode_event(event))
        except OSError:
            self.over.set()

    def now_s(self) -> float:
        """Seconds since the process began."""
        return time.monotonic() - self._began_s

    def on_frame(self, pcm: bytes, captured_s: float) -> None:
        """One frame from the device."""
        self.emit(frame_level(pcm, self.now_s()))

    def on_lost(self, problem: Problem) -> None:
        """The device is lost."""
        self.emit(Notice(t=self.now_s(), problem=problem))
        self.over.set()


async def monitor(device_index: int | None) -> None:
    """Print levels until standard input is closed or the device is lost."""
    listener = _Monitor()
    loop = asyncio.get_running_loop()

    def until_closed() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has closed
            loop.call_soon_threadsafe(listener.over.set)

    threading.Thread(target=until_closed, name="standard input", daemon=True).start()
    microphone = Microphone(listener, device_index=device_index)
    try:
        await microphone.start()
        await listener.over.wait()
    except ProblemError as error:
        listener.emit(Notice(t=listener.now_s(), problem=error.problem))
    finally:
        await microphone.stop()


def main() -> None:
    """Entry point of the process."""
    exit_with_parent()
    asyncio.run(monitor(int(sys.argv[1]) if len(sys.argv) > 1 else None))


if __name__ == "__main__":
    main()
