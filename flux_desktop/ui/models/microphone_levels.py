"""How loud the microphone of a run is and was, and how loud it is before the run."""

from __future__ import annotations

from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.ui.models.series import Series

HEARD_LEVELS = 160_000
"""Frames of a microphone that are kept: three and a half hours."""


class MicrophoneLevels:
    """Levels in dB of full scale over the run's seconds."""

    def __init__(self) -> None:
        self.newest: LevelMeasured | None = None
        self.peak, self.rms = Series(), Series()
        """For the plot, also before the run."""
        self.heard_peak, self.heard_rms = Series(HEARD_LEVELS), Series(HEARD_LEVELS)
        """During the run, for its waveform."""

    def take(self, event: LevelMeasured) -> None:
        """A frame of the run."""
        self.preview(event)
        self.heard_peak.append(event.t, event.peak_dbfs)
        self.heard_rms.append(event.t, event.rms_dbfs)

    def preview(self, event: LevelMeasured) -> None:
        """A frame from before the run."""
        self.newest = event
        self.peak.append(event.t, event.peak_dbfs)
        self.rms.append(event.t, event.rms_dbfs)
