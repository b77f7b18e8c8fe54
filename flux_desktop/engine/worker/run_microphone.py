"""The microphone of a worker's run: opened, heard by the run's connections, and recorded where the plan says so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.microphone_recording import MicrophoneRecording
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import MicrophoneSource
from flux_desktop.engine.sending.microphone_capture import MicrophoneCapture
from flux_desktop.engine.worker.run import Run


class RunMicrophone:
    """Runs on the worker's loop; `report` is also called on the recording's thread."""

    def __init__(self, start: StartRun, emit: Callable[[Event], None], report: Callable[[Problem], None]) -> None:
        self._start = start
        self._emit = emit
        self._report = report
        self._capture = MicrophoneCapture(start.plan, emit, lambda: time.monotonic() - start.origin_s)
        self._recording: MicrophoneRecording | None = None

    async def open(self) -> StartRun:
        """Open the device; returns the command with the sample rate in use. Raises `ProblemError`."""
        start = msgspec.structs.replace(self._start, plan=await self._capture.open())
        source, path = start.plan.source, start.recording_path
        if isinstance(source, MicrophoneSource) and source.record and path is not None:
            self._recording = MicrophoneRecording(
                Path(os.fsdecode(path)).parent, start.plan, start.origin_s, self._emit, self._report
            )
        return start

    def attach(self, run: Run) -> None:
        """Let the run hear it, and record it from now on."""
        source = self._start.plan.source
        go_on = isinstance(source, MicrophoneSource) and source.go_on_when_lost
        self._capture.record = None if self._recording is None else self._recording.take
        self._capture.push = run.push
        self._capture.on_lost_device = lambda: run.device_lost(go_on=go_on)

    async def close(self) -> None:
        """Close device and recording; within about four seconds, idempotent."""
        try:
            await self._capture.close()
        finally:
            if self._recording is not None:
                self._recording.close()
