"""Pacing: how late this computer sends; the figure that decides whether the others can be trusted."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg

from flux_desktop.engine.records.figure_names import PACING_P99_MAX_MS
from flux_desktop.ui.models import text
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.series import Floats
from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.style.theme import ThemeSource

_STEPS_MS = (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0)


class PacingPlot(PlotPanel):
    """The run's p99 of the difference between the planned and the real send of a chunk."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__(
            theme, "Pacing", f"how late chunks are sent, p99 in ms · trusted below {PACING_P99_MAX_MS:g}", "ms"
        )
        self._model = model
        self._line: Any = self.item.plot(connect="finite", skipFiniteCheck=True)
        self._limit: Any = pg.InfiniteLine(pos=PACING_P99_MAX_MS, angle=0)
        self.item.addItem(self._limit)
        self.restyle()
        self.follow(0)
        self.scale_y(0, _STEPS_MS)

    def draw(self) -> None:
        series = self._model.pacing_p99
        self.show_series(self._line, series)
        self.follow(self._model.now_s)
        self.scale_y(float(series.y.max(initial=4.0)), _STEPS_MS)
        shot = self._model.snapshot
        self.say("" if shot is None else f"p99 {_fine(shot.pacing.p99_ms)} · max {_fine(shot.pacing.max_ms)}")

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        return [("pacing p99", self._model.pacing_p99.x, self._model.pacing_p99.y)]

    def restyle(self) -> None:
        super().restyle()
        colours = self.theme.current
        self._line.setPen(pg.mkPen(colours.ok, width=2))
        self._limit.setPen(pg.mkPen(colours.danger, width=1, style=pg.QtCore.Qt.PenStyle.DashLine))


def _fine(value: float | None) -> str:
    return text.milliseconds(None) if value is None else f"{value:.1f} ms"
