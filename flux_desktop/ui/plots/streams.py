"""Connections over time by state and outcome, stacked."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.series import Floats
from flux_desktop.ui.plots.base import PlotPanel, nearest
from flux_desktop.ui.plots.number_axes import WholeAxis
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.legend import Entry, Legend

TOKENS = {
    str(LedgerClass.COMPLETED): "accent_dim",
    str(LedgerClass.NO_TRANSCRIPT): "warn",
    str(LedgerClass.GENERATOR_LOST): "text",
    str(LedgerClass.FAILED): "danger",
    str(LedgerClass.NEVER_CONNECTED): "danger_dim",
    str(LedgerClass.CONNECT_FAILED): "danger_soft",
    str(LedgerClass.NOT_STARTED): "muted",
    str(ConnectionState.DRAINING): "accent",
    str(ConnectionState.RECONNECTING): "warn_dim",
    str(ConnectionState.STREAMING): "ok_soft",
    str(ConnectionState.OPENED): "eager",
    str(ConnectionState.CONNECTING): "eager_dim",
    str(ConnectionState.WAITING): "border",
}
"""The colour of each class; its name and number stand in the legend."""
_FIRST = (
    str(ConnectionState.STREAMING),
    str(ConnectionState.RECONNECTING),
    str(LedgerClass.GENERATOR_LOST),
    str(LedgerClass.FAILED),
    str(LedgerClass.NEVER_CONNECTED),
    str(LedgerClass.CONNECT_FAILED),
)
"""Shown first in the legend, which may not have room for all."""


class StreamsPlot(PlotPanel):
    """All planned connections at any moment: the full height is the plan."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__(theme, "Streams", "connections by state and outcome", "streams")
        self.item.setAxisItems({"left": WholeAxis(orientation="left")})
        self.item.getAxis("left").setWidth(44)
        self._model = model
        self._areas: dict[str, Any] = {}
        self._drawn: tuple[object, ...] = ()
        self.legend = Legend(theme, lines_max=2)
        self.put_in_foot(self.legend)
        self.restyle()
        self.follow(0)
        self._fit(0)

    def draw(self) -> None:
        model = self._model
        self.follow(model.now_s)
        state = (model.generation, model.streams.revision, model.now_s)
        if state == self._drawn:
            return
        if self._drawn[:1] != state[:1]:
            self._reset()
        self._drawn = state
        stacked = model.streams.stacked()
        for height, (name, x, y) in enumerate(stacked):
            area = self._areas.get(name)
            if area is None:
                area = self._areas[name] = self.item.plot(fillLevel=0, connect="finite", skipFiniteCheck=True)
                self._paint(name)
            area.setZValue(-height)
            area.setData(x, y)
        self._fit(float(stacked[-1][2].max(initial=0.0)) if stacked else 0.0)
        counts = model.streams.counts
        names = [name for name in model.streams.names() if name in counts]
        names.sort(key=lambda name: name not in _FIRST)
        self.legend.show_entries(tuple(Entry(f"{counts[name]} {name}", _token(name)) for name in names))

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        history = self._model.streams
        return [(name, *history.steps(name)) for name in history.names()]

    def values_at(self, x: float) -> list[str]:
        values = [(name, nearest(xs, ys, x)) for name, xs, ys in self.columns()]
        return [f"{value:.0f} {name}" for name, value in values if value]

    def restyle(self) -> None:
        super().restyle()
        for name in self._areas:
            self._paint(name)

    def _fit(self, planned: float) -> None:
        self.item.setYRange(0, max(2.0, planned) * 1.1, padding=0)

    def _paint(self, name: str) -> None:
        colour = getattr(self.theme.current, _token(name))
        self._areas[name].setPen(pg.mkPen(self.theme.current.panel, width=1))
        self._areas[name].setBrush(pg.mkBrush(colour))

    def _reset(self) -> None:
        for area in self._areas.values():
            self.item.removeItem(area)
        self._areas = {}
        self.legend.show_entries(())


def _token(name: str) -> str:
    return TOKENS.get(name, "muted")
