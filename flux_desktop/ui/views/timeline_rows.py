"""Where the rows of a timeline lie, one below the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF

RULER_PX, WORDS_PX, WAVE_PX, LABELS_PX, CONFIDENCE_PX = 16, 17, 46, 16, 30


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows lie, for a font scale."""

    scale: float = 1.0
    with_confidence: bool = True

    def _row(self, before_px: float, height_px: float) -> QRectF:
        return QRectF(0, before_px * self.scale, 1, height_px * self.scale)

    @property
    def ruler(self) -> QRectF:
        """The seconds."""
        return self._row(0, RULER_PX)

    @property
    def words(self) -> QRectF:
        """What was recognised."""
        return self._row(RULER_PX, WORDS_PX)

    @property
    def wave(self) -> QRectF:
        """Waveform, holds and marks."""
        return self._row(RULER_PX + WORDS_PX, WAVE_PX)

    @property
    def labels(self) -> QRectF:
        """What the marks are."""
        return self._row(RULER_PX + WORDS_PX + WAVE_PX, LABELS_PX)

    @property
    def confidence(self) -> QRectF:
        """The end-of-turn confidence with the thresholds."""
        return self._row(RULER_PX + WORDS_PX + WAVE_PX + LABELS_PX, CONFIDENCE_PX if self.with_confidence else 0)

    @property
    def height(self) -> int:
        """Of all rows."""
        return math.ceil(self.confidence.bottom())
