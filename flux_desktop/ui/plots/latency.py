"""Update latency on either clock: the run's percentiles over time, and the connections' own lines behind them."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.facts import Percentiles
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.run_model import TABS_MAX, RunModel
from flux_desktop.ui.models.series import Band, Floats, Series
from flux_desktop.ui.plots.base import WINDOW_S, PlotPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.legend import Entry, Legend

_STEPS_MS = (10.0, 20.0, 50.0, 100.0, 200.0, 400.0, 600.0, 800.0, 1200.0, 2000.0, 4000.0, 8000.0, 16000.0)
_LINES = (
    ("p50", "ok", Qt.PenStyle.SolidLine),
    ("p95", "warn", Qt.PenStyle.DashLine),
    ("p99", "danger", Qt.PenStyle.DotLine),
)


class Clock(NamedTuple):
    """One of the two clocks, and what it measures."""

    name: str
    meaning: str
    tip: str


USER = Clock(
    "user clock",
    "from speech to text, in ms · one update every 0.25 s",
    "Measured from when the audio was due: what a user experiences, including lateness of this computer.",
)
WIRE = Clock(
    "wire clock",
    "from chunk sent to answer received, in ms: network and server only",
    "Measured from when the chunk left this computer: network and server only.",
)
CLOCKS = (USER, WIRE)


class LatencyPlot(PlotPanel):
    """Delay between audio and its text, by the selected clock."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__(theme, "Update latency", USER.meaning, "ms")
        self._model = model
        self._front: int | None = None
        self._generation = -1
        self._others: dict[int, Any] = {}
        self._percentiles: dict[str, Any] = {name: self._curve() for name, _token, _style in _LINES}
        self._line: Any = self._curve()
        self.clock_box = QComboBox()
        self.clock_box.addItems([clock.name for clock in CLOCKS])
        self.clock_box.setAccessibleName("Latency clock")
        self.clock_box.setProperty("kind", "quiet")
        self.clock_box.currentIndexChanged.connect(lambda _index: self._clock_changed())
        self.legend = Legend(theme)
        self.body.insertWidget(self.body.count() - 1, self.legend)
        self.foot.addWidget(self.clock_box)
        self.restyle()
        self.follow(0)
        self.scale_y(400, _STEPS_MS)
        self._clock_changed()

    @property
    def clock(self) -> Clock:
        """The clock that the latency is shown by."""
        return CLOCKS[self.clock_box.currentIndex()]

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
            series = self._of(model.conversation(conn))
            visible = conn != self._front
            curve.setVisible(visible)
            if len(series):
                recent = series.since(since_s)
                top = max(top, float(recent.max(initial=0.0)))
                if visible:
                    self.show_series(curve, series)
        if self._front is not None:
            self.show_series(self._line, self._of(model.conversation(self._front)))
        band = self._band()
        for series, curve in zip((band.p50, band.p95, band.p99), self._percentiles.values(), strict=True):
            self.show_series(curve, series)
        top = max(top, float(band.p99.since(since_s).max(initial=0.0)))
        self.follow(model.now_s)
        self.scale_y(top * 1.1, _STEPS_MS)
        self._show_legend(self._figure())

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        band = self._band()
        columns = [(name, one.x, one.y) for name, one in (("p50", band.p50), ("p95", band.p95), ("p99", band.p99))]
        front = [] if self._front is None else [self._front]
        for conn in (*front, *(conn for conn in self._others if conn not in front)):
            series = self._of(self._model.conversation(conn))
            columns.append((f"connection {conn}", series.x, series.y))
        return columns

    def restyle(self) -> None:
        super().restyle()
        colours = self.theme.current
        self._line.setPen(pg.mkPen(colours.accent, width=2))
        for name, token, style in _LINES:
            self._percentiles[name].setPen(pg.mkPen(getattr(colours, token), width=1.5, style=style))
        for curve in self._others.values():
            curve.setPen(pg.mkPen(colours.muted, width=1))

    def _curve(self) -> Any:
        return self.item.plot(connect="finite", skipFiniteCheck=True)

    def _band(self) -> Band:
        return self._model.wire if self.clock is WIRE else self._model.update

    def _of(self, conversation: Conversation) -> Series:
        return conversation.wire_latency if self.clock is WIRE else conversation.latency

    def _figure(self) -> Percentiles:
        shot = self._model.snapshot
        return Percentiles() if shot is None else shot.wire if self.clock is WIRE else shot.update

    def _clock_changed(self) -> None:
        self.subtitle.setText(self.clock.meaning)
        self.clock_box.setToolTip(self.clock.tip)
        self.plot.setAccessibleName(f"Update latency, {self.clock.name}: {self.clock.meaning}")
        self._reset()
        self.draw()

    def _reset(self) -> None:
        for curve in self._others.values():
            self.item.removeItem(curve)
        self._others = {}
        for conn in list(self._model.conversations)[:TABS_MAX]:
            curve = self._others[conn] = self._curve()
            curve.setZValue(-1)
        self._shown.clear()
        for curve in (self._line, *self._percentiles.values()):
            curve.setData([], [])
        self.restyle()

    def _show_legend(self, figure: Percentiles) -> None:
        values = (figure.p50_ms, figure.p95_ms, figure.p99_ms)
        entries = [
            Entry(f"{name} {_whole(value)}", token, style, 1.5)
            for (name, token, style), value in zip(_LINES, values, strict=True)
        ]
        if self._front is not None:
            entries.append(Entry(f"#{self._front}", "accent", Qt.PenStyle.SolidLine))
        if len(self._others) > 1:
            entries.append(Entry("others", "muted", Qt.PenStyle.SolidLine, 1.0))
        self.legend.show_entries(tuple(entries))
        self.say(f"in ms · {amount(figure.n, 'update')}" if figure.n else "no updates yet")


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"  # noqa: RUF001 - a dash is meant
