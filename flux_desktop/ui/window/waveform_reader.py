"""Decodes the whole of a long recording for its waveform, after it was chosen; this also finds damage in it."""

from __future__ import annotations

from functools import partial

from flux_desktop.base.problem import ProblemError
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import WavShape, read_peaks
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.window.watched_work import watched

GROUP = "waveform"
_LIMIT_S = 3600.0


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
        shape.is_waveform_missing = False  # it is not begun again

        work = partial(read_peaks, shape.path, shape.channel)
        try:
            shape.peaks = await watched("Reading the waveform", work, self._bar, _LIMIT_S)
        except ProblemError:
            if self._state.recording is shape and not self._state.run.active:
                self._state.recording = None  # it was found to be damaged
            raise
        finally:
            if self._shape is shape:
                self._shape = None
                self._bar.show_progress(None)
                self._state.changed()
