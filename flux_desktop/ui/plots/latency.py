"""Update latency: a line per connection, the one in front on top, and the run's p95."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg

from flux_desktop.ui.models.run_model import TABS_MAX, RunModel
from flux_desktop.ui.models.series import Floats
from flux_desktop.ui.plots.base import WINDOW_S, PlotPanel
from flux_desktop.ui.theme import ThemeSource

_STEPS_MS = (10.0, 20.0, 50.0, 100.0, 200.0, 400.0, 600.0, 800.0, 1200.0, 2000.0, 4000.0, 8000.0, 16000.0)


class LatencyPlot(PlotPanel):
    """How long after a sound was spoken its text came (user clock)."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__(
            theme,
            "Update latency",
            "from spoken to shown, in ms · an update every 0.25 s",
            "ms",
        )
        self._model = model
        self._front: int | None = None
        self._generation = -1
        self._others: dict[int, Any] = {}
        self._p95: Any = self.item.plot(connect="finite", skipFiniteCheck=True)
        self._line: Any = self.item.plot(connect="finite", skipFiniteCheck=True)
        self.restyle()
        self.follow(0)
        self.scale_y(400, _STEPS_MS)

    def set_front(self, conn: int | None) -> None:
        """Draw this connection's line on top and in the accent colour."""
        self._front = conn

    def draw(self) -> None:
        model = self._model
        if self._generation != model.generation:
            self._generation = model.generation
            self._reset()
        since_s = max(0.0, model.now_s - WINDOW_S)
        top = 0.0
        for conn, curve in self._others.items():
            series = model.conversation(conn).latency
            visible = conn != self._front
            curve.setVisible(visible)
            if len(series):
                recent = series.since(since_s)
                top = max(top, float(recent.max(initial=0.0)))
                if visible:
                    self.show_series(curve, series)
        if self._front is not None:
            self.show_series(self._line, model.conversation(self._front).latency)
        self.show_series(self._p95, model.p95)
        self.follow(model.now_s)
        self.scale_y(top * 1.1, _STEPS_MS)
        self.say(self._sentence())

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        chosen = [] if self._front is None else [self._front]
        found = [(f"connection {n}", *_points(self._model, n)) for n in chosen]
        found.append(("p95", self._model.p95.x, self._model.p95.y))
        found += [(f"connection {n}", *_points(self._model, n)) for n in self._others if n not in chosen]
        return found

    def restyle(self) -> None:
        super().restyle()
        colours = self.theme.current
        self._line.setPen(pg.mkPen(colours.accent, width=2))
        self._p95.setPen(pg.mkPen(colours.warn, width=1.5, style=pg.QtCore.Qt.PenStyle.DashLine))
        for curve in self._others.values():
            curve.setPen(pg.mkPen(colours.muted, width=1))

    def _reset(self) -> None:
        for curve in self._others.values():
            self.item.removeItem(curve)
            self._shown.pop(curve, None)
        self._others = {}
        for conn in list(self._model.conversations)[:TABS_MAX]:
            curve = self.item.plot(connect="finite", skipFiniteCheck=True)
            curve.setZValue(-1)
            self._others[conn] = curve
        self._shown.clear()
        self._line.setData([], [])
        self._p95.setData([], [])
        self.restyle()

    def _sentence(self) -> str:
        shot = self._model.snapshot
        if shot is None or not shot.update.n:
            return "no updates yet"
        front = "" if self._front is None else f"━ #{self._front}  "
        many = "─ others  " if len(self._others) > 1 else ""
        update = shot.update
        return (
            f"{front}{many}┅ p95    p50 {_whole(update.p50_ms)} · p95 {_whole(update.p95_ms)}"
            f" · p99 {_whole(update.p99_ms)} ms · n {update.n}"
        )


def _points(model: RunModel, conn: int) -> tuple[Floats, Floats]:
    series = model.conversation(conn).latency
    return series.x, series.y


def _whole(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"
