"""The level of one microphone frame, as an event: of a run, and of the monitor between runs."""

from __future__ import annotations

from flux_desktop.audio.levels import measure
from flux_desktop.engine.records.events import LevelMeasured


def frame_level(pcm: bytes, t: float) -> LevelMeasured:
    """Measure 16-bit samples; levels in dB of full scale to one decimal, `t` in seconds of the caller's clock."""
    level = measure(pcm)
    return LevelMeasured(
        t=t,
        rms_dbfs=round(level.rms_dbfs, 1),
        peak_dbfs=round(level.peak_dbfs, 1),
        is_clipped=level.is_clipped,
        is_silent=level.is_silent,
    )
