"""The microphone of a run as a file of its session folder: only where the user has agreed to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flux_desktop.audio.flac_writer import FlacWriter
from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE
from flux_desktop.engine.records.audio_events import MicrophoneRecorded
from flux_desktop.engine.records.plan import RunPlan


class MicrophoneRecording:
    """Begins with the first frame; `on_begin` then gets the event that says so. Called on the engine's loop."""

    def __init__(
        self,
        folder: Path,
        plan: RunPlan,
        origin_s: float,
        on_begin: Callable[[MicrophoneRecorded], None],
        on_problem: Callable[[Problem], None],
    ) -> None:
        """`origin_s` is the run's origin on the monotonic clock; `on_problem` is called on the writing thread."""
        self._writer = FlacWriter(folder / MICROPHONE_FILE, plan.options.sample_rate_hz, on_problem)
        self._frame_s = plan.chunk_s
        self._origin_s = origin_s
        self._on_begin = on_begin
        self._begun = False

    def take(self, pcm: bytes, captured_s: float) -> None:
        """One frame, and the moment at which its last sample was captured."""
        if not self._begun:
            self._begun = True
            self._writer.start()
            self._on_begin(MicrophoneRecorded(t=captured_s - self._frame_s - self._origin_s, file=MICROPHONE_FILE))
        self._writer.write(pcm)

    def close(self) -> None:
        """Write what is left; waits two seconds at most."""
        if self._begun:
            self._writer.close()
