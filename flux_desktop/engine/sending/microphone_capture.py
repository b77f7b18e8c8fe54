"""The microphone of a run: one capture, encoded once per frame, for all of its connections.

Runs on the engine's event loop, in the one worker that carries a microphone run.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from flux_desktop.audio.encoding import encode
from flux_desktop.audio.microphone import Microphone
from flux_desktop.base.problem import Problem
from flux_desktop.engine.measuring.frame_level import frame_level
from flux_desktop.engine.records.events import Event, Notice
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan
from flux_desktop.flux.defaults import ENCODINGS


class MicrophoneCapture:
    """Opens the plan's microphone and emits its level; `push` is given each encoded frame and when it was captured.

    `on_lost_device` is called once if the device is lost during the run.
    """

    def __init__(self, plan: RunPlan, emit: Callable[[Event], None], now: Callable[[], float]) -> None:
        """`now` gives seconds since the run's origin."""
        assert isinstance(plan.source, MicrophoneSource)
        self.push: Callable[[bytes, float], None] | None = None
        self.record: Callable[[bytes, float], None] | None = None
        """Gets each frame as it was captured, 16-bit, and when."""
        self.on_lost_device: Callable[[], None] | None = None
        self._plan = plan
        self._emit = emit
        self._now = now
        self._encoding = next(each for each in ENCODINGS if each == plan.options.encoding)
        self._microphone = Microphone(
            self,
            device_index=plan.source.device_index,
            sample_rate_hz=plan.options.sample_rate_hz,
            frame_s=plan.chunk_s,
        )

    async def open(self) -> RunPlan:
        """Open the device; returns the plan with the sample rate in use. Raises `ProblemError`."""
        await self._microphone.start()
        options = msgspec.structs.replace(self._plan.options, sample_rate_hz=self._microphone.sample_rate_hz)
        return msgspec.structs.replace(self._plan, options=options)

    async def close(self) -> None:
        """Close the device, within two seconds; idempotent."""
        await self._microphone.stop()

    def on_frame(self, pcm: bytes, captured_s: float) -> None:
        """One frame from the device (MicrophoneListener)."""
        if self.record is not None:
            self.record(pcm, captured_s)
        if self.push is not None:
            self.push(encode(pcm, self._encoding), captured_s)
        self._emit(frame_level(pcm, self._now()))

    def on_lost(self, problem: Problem) -> None:
        """The device is lost (MicrophoneListener)."""
        self._emit(Notice(t=self._now(), problem=problem))
        if self.on_lost_device is not None:
            self.on_lost_device()
