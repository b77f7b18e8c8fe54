"""Voice activity detection: speech or silence, one 80 ms frame at a time, by energy over an adaptive noise floor."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SILENCE_DBFS = -120.0
_FLOOR_START, _FLOOR_LOW, _FLOOR_HIGH = -60.0, -70.0, -30.0
_FLOOR_FALL = 0.3
_FLOOR_RISE_DB = {True: 0.06, False: 0.5}
"""Per frame, in speech and in silence: a level that lasts is noise."""
_ON_ABOVE_FLOOR_DB, _OFF_ABOVE_FLOOR_DB = 14.0, 7.0
_ON_LEAST_DBFS, _OFF_LEAST_DBFS = -44.0, -50.0
_ON_AT_ONCE_DB = 12.0
_OFF_BELOW_SPEECH_DB = 19.0
_SPEECH_RISE, _SPEECH_FALL = 0.3, 0.03


def level_dbfs(samples: NDArray[np.int16]) -> float:
    """Root mean square of 16-bit samples in dB of full scale; `SILENCE_DBFS` where all are zero."""
    if not samples.size:
        return SILENCE_DBFS
    wide = samples.astype(np.float32)
    mean_square = float(np.dot(wide, wide)) / samples.size
    return 10 * math.log10(mean_square) - 90.309 if mean_square > 0 else SILENCE_DBFS


class SpeechDetector:
    """Hysteresis between a noise floor, which falls fast and rises slowly, and the speaker's own level.

    The speaker's level ends speech where the floor is not known yet, as after digital silence. One per stream.
    """

    def __init__(self) -> None:
        self.speech = False
        self.floor_dbfs = _FLOOR_START
        self.speech_dbfs = SILENCE_DBFS
        self._frames_above = 0

    def update(self, level_dbfs: float) -> bool:
        """Take one frame's level; returns whether the frame is speech.

        Speech begins with two loud frames in a row or a single very loud one, so that a click does not count.
        """
        self._follow(level_dbfs)
        if self.speech:
            quiet = max(self.floor_dbfs + _OFF_ABOVE_FLOOR_DB, _OFF_LEAST_DBFS)
            self.speech = level_dbfs > max(quiet, self.speech_dbfs - _OFF_BELOW_SPEECH_DB)
            rising = level_dbfs > self.speech_dbfs
            self.speech_dbfs += (level_dbfs - self.speech_dbfs) * (_SPEECH_RISE if rising else _SPEECH_FALL)
            self._frames_above = 0
            return self.speech
        threshold = max(self.floor_dbfs + _ON_ABOVE_FLOOR_DB, _ON_LEAST_DBFS)
        self._frames_above = self._frames_above + 1 if level_dbfs > threshold else 0
        self.speech = self._frames_above >= 2 or level_dbfs > threshold + _ON_AT_ONCE_DB
        if self.speech:
            self.speech_dbfs = level_dbfs
        return self.speech

    def _follow(self, level: float) -> None:
        if level < self.floor_dbfs:
            self.floor_dbfs += (level - self.floor_dbfs) * _FLOOR_FALL
        else:
            self.floor_dbfs += min(_FLOOR_RISE_DB[self.speech], level - self.floor_dbfs)
        self.floor_dbfs = min(_FLOOR_HIGH, max(_FLOOR_LOW, self.floor_dbfs))
