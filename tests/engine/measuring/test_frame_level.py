"""What is told of one frame of the microphone."""

from __future__ import annotations

import numpy as np

from flux_desktop.engine.measuring.frame_level import frame_level
from flux_desktop.engine.records.events import LevelMeasured


def test_a_sine_a_clipped_frame_and_silence_are_told_to_one_decimal() -> None:
    sine = np.sin(np.arange(1_280) * 2 * np.pi * 440 / 16_000)
    half, clipped = ((sine * 16_384).astype("<i2"), np.clip(sine * 60_000, -32_768, 32_767).astype("<i2"))
    assert frame_level(half.tobytes(), 2.5) == LevelMeasured(t=2.5, rms_dbfs=-9.0, peak_dbfs=-6.0)
    assert frame_level(clipped.tobytes(), 0.0).is_clipped
    silence = frame_level(bytes(2_560), 0.0)
    assert (silence.is_silent, silence.is_clipped, silence.peak_dbfs) == (True, False, -96.0)
