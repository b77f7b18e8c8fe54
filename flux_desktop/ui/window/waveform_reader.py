"""Decodes the whole of a long recording for its waveform, after it was chosen; this also finds damage in it."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import WavShape, read_peaks
from flux_desktop.ui.models.work_progress import of_share
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.views.work_bar import WorkBar

GROUP = "waveform"
_LIMIT_S = 3600.0
_STEP = 0.005
"""The progress is shown each time this share has been added."""


class WaveformReader:
    """One at a time: that of the recording which is chosen. Cancelled, the recording stays without a waveform."""

    def __init__(self, state: AppState, tasks: UiTasks, bar: WorkBar) -> None:
        self._state, self._tasks, self._bar = state, tasks, bar
        self._shape: WavShape | None = None
        """The recording that is being read."""
        bar.cancel_wanted.connect(lambda: tasks.cancel(GROUP))
        state.listen(self._follow)

    def _follow(self) -> None:
        recording = self._state.recording
        if self._shape is not None and recording is not self._shape:
            self._tasks.cancel(GROUP)
        if recording is not None and recording.is_waveform_missing and recording is not self._shape:
            self._shape = recording
            self._tasks.start("reading the waveform", self._read(recording), group=GROUP, exclusive=True)

    async def _read(self, shape: WavShape) -> None:
        loop, ended = asyncio.get_running_loop(), threading.Event()
        began_s, shown = loop.time(), 0.0
        shape.is_waveform_missing = False  # it is not begun again

        def show(share: float) -> None:
            if not ended.is_set():
                self._bar.show_progress(of_share(share, loop.time() - began_s, "Reading the waveform"))

        def on_progress(share: float) -> bool:
            nonlocal shown
            if share - shown >= _STEP and not ended.is_set():
                shown = share
                loop.call_soon_threadsafe(show, share)
            return not ended.is_set()

        show(0.0)
        work = partial(read_peaks, shape.path, shape.channel, on_progress)
        try:
            shape.peaks = await file_work(f"Reading {shape.path.name}", work, _LIMIT_S)
        except ProblemError:
            if self._state.recording is shape and not self._state.run.active:
                self._state.recording = None  # it was found to be damaged
            raise
        finally:
            ended.set()
            if self._shape is shape:
                self._shape = None
                self._bar.show_progress(None)
                self._state.changed()
