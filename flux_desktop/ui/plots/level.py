"""Microphone level over time: peak and RMS in dBFS."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg

from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.series import Floats
from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.theme import ThemeSource


class LevelPlot(PlotPanel):
    """What the microphone gave, frame by frame."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__(theme, "Microphone level", "of each 80 ms, in dBFS: peak (bright) and RMS", "dBFS")
        self._model = model
        self._rms: Any = self.item.plot(connect="finite", skipFiniteCheck=True)
        self._peak: Any = self.item.plot(connect="finite", skipFiniteCheck=True)
        self.restyle()
        self.follow(0)
        self.item.setYRange(-60, 0, padding=0.02)

    def draw(self) -> None:
        model = self._model
        self.show_series(self._peak, model.level_peak)
        self.show_series(self._rms, model.level_rms)
        level = model.level
        self.follow(model.now_s if level is None else max(model.now_s, level.t))
        self.say("" if level is None else f"peak {level.peak_dbfs:.0f} dBFS · RMS {level.rms_dbfs:.0f} dBFS")

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        peak, rms = self._model.level_peak, self._model.level_rms
        return [("peak", peak.x, peak.y), ("RMS", rms.x, rms.y)]

    def restyle(self) -> None:
        super().restyle()
        colours = self.theme.current
        self._peak.setPen(pg.mkPen(colours.ok, width=1.5))
        self._rms.setPen(pg.mkPen(colours.accent, width=1.5))
