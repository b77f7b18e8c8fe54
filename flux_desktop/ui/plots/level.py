"""Microphone level over time: peak and RMS in dBFS."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt

from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.series import Floats
from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.legend import Entry, Legend


class LevelPlot(PlotPanel):
    """Peak and RMS of every frame of the microphone."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__(theme, "Microphone level", "per 80 ms, in dBFS", "dBFS")
        self._model = model
        self._rms: Any = self.item.plot(connect="finite", skipFiniteCheck=True)
        self._peak: Any = self.item.plot(connect="finite", skipFiniteCheck=True)
        self.legend = Legend(theme)
        self.put_in_foot(self.legend)
        self.restyle()
        self.follow(0)
        self.item.setYRange(-60, 0, padding=0.02)

    def draw(self) -> None:
        model = self._model
        self.show_series(self._peak, model.microphone.peak)
        self.show_series(self._rms, model.microphone.rms)
        level = model.microphone.newest
        self.follow(model.now_s if level is None else max(model.now_s, level.t))
        peak, rms = ("–", "–") if level is None else (f"{level.peak_dbfs:.0f}", f"{level.rms_dbfs:.0f}")  # noqa: RUF001
        solid, dashed = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine
        self.legend.show_entries((Entry(f"peak {peak}", "ok", solid), Entry(f"RMS {rms}", "accent", dashed)))

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        peak, rms = self._model.microphone.peak, self._model.microphone.rms
        return [("peak", peak.x, peak.y), ("RMS", rms.x, rms.y)]

    def restyle(self) -> None:
        super().restyle()
        colours = self.theme.current
        self._peak.setPen(pg.mkPen(colours.ok, width=1.5))
        self._rms.setPen(pg.mkPen(colours.accent, width=1.5, style=Qt.PenStyle.DashLine))
