"""One figure over the sessions that were recorded like the selected one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox

from flux_desktop.base.amounts import amount
from flux_desktop.reports.sessions.facts import FIGURES
from flux_desktop.reports.sessions.trend import Trend, interval_words, no_points
from flux_desktop.ui.models.session_table import day_of
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, label

NO_TREND = "Select a session to see a figure over all sessions with the same endpoint, data, connections and settings."
READING = "Reading the recordings…"
TICKS_MAX = 6
TOO_FEW = "Only one session with these settings has the figure: a trend needs two."


class TrendPanel(Panel):
    """A point for each session; hollow ones prove nothing and are no part of the line.

    Signals:
        figure_changed: another figure is wanted; read `figure`.
    """

    figure_changed = Signal()

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__("Trend")
        self._theme = theme
        self._trend: Trend | None = None
        self._is_reading = False
        self._marked: frozenset[str] = frozenset()
        self.box = QComboBox()
        for name, words in FIGURES.items():
            self.box.addItem(words, name)
        self.box.setCurrentIndex(list(FIGURES).index("update_p95_ms"))
        self.box.setAccessibleName("Figure of the trend")
        self.box.setToolTip(
            "The figure of each run with its 95 % interval: over connections, for error rates over conversations"
        )
        self.box.currentIndexChanged.connect(lambda _index: self.figure_changed.emit())
        self.common = ElidedLabel("caption")
        self.head.insertWidget(1, self.box)
        self.head.insertWidget(2, self.common, 1)
        self.empty = label(NO_TREND, "muted", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.empty, 1)
        self.plot: Any = None
        self._line: Any = None
        self._points: Any = None
        self._bars: Any = None

    def build(self) -> None:
        """Make the plot, which takes longer than showing the page."""
        if self.plot is not None:
            return
        import pyqtgraph as pg  # late: importing it takes longer than showing the window

        self.plot = pg.PlotWidget(enableMenu=False)
        self.plot.setAccessibleName("Trend")
        self.plot.setMinimumHeight(70)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(x=False, y=True, alpha=0.25)
        item.getAxis("left").setWidth(48)
        self._line = item.plot()
        self._bars = pg.ErrorBarItem(beam=0.15)
        item.addItem(self._bars)
        self._points = pg.ScatterPlotItem(hoverable=True, tip=_tip)
        item.addItem(self._points)
        self.body.addWidget(self.plot, 1)
        self._theme.changed.connect(self._restyle)
        self._restyle()
        self._draw()

    @property
    def figure(self) -> str:
        """The figure that is wanted."""
        return str(self.box.currentData())

    def show_trend(
        self, trend: Trend | None, marked: frozenset[str] = frozenset(), *, is_reading: bool = False
    ) -> None:
        """Show a trend with some sessions marked; None where nothing is selected.

        `is_reading`: recordings are still being read, which may have more points.
        """
        if (trend, marked, is_reading) == (self._trend, self._marked, self._is_reading):
            return
        self._trend, self._marked, self._is_reading = trend, marked, is_reading
        self._draw()

    def _restyle(self) -> None:
        import pyqtgraph as pg

        colours = self._theme.current
        self.plot.setBackground(colours.panel)
        for name in ("left", "bottom"):
            axis = self.plot.getPlotItem().getAxis(name)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(font(TYPE_CAPTION_PX))
        self._line.setPen(pg.mkPen(colours.accent, width=2))
        QTimer.singleShot(0, self._draw)

    def _draw(self) -> None:
        trend = self._trend
        few = trend is not None and len(trend.points) < 2
        if trend is None:
            self.empty.setText(NO_TREND)
        elif self._is_reading:
            self.empty.setText(READING)
        else:
            self.empty.setText(TOO_FEW if trend.points else no_points(trend.figure))
        self.empty.setVisible(trend is None or few)
        self.common.setText(
            "" if trend is None else f"{amount(len(trend.points), 'comparable session')}: {trend.common}"
        )
        if self.plot is None:
            return
        self.plot.setVisible(trend is not None and not few)
        if trend is None or few:
            return
        import pyqtgraph as pg

        colours = self._theme.current
        places = np.arange(len(trend.points), dtype=float)
        values = np.array([point.value for point in trend.points])
        usable = np.array([point.usable for point in trend.points], dtype=bool)
        self._line.setData(places[usable], values[usable])
        self._points.setData(
            [
                {
                    "pos": (place, point.value),
                    "data": point,
                    "size": 12 if point.name in self._marked else 8,
                    "symbol": "o" if point.usable else "d",
                    "pen": pg.mkPen(colours.accent if point.usable else colours.muted, width=1.5),
                    "brush": pg.mkBrush(colours.accent) if point.usable else pg.mkBrush(None),
                }
                for place, point in enumerate(trend.points)
            ]
        )
        lows, highs = _ends(trend)
        known = np.array([point.low is not None and point.high is not None for point in trend.points], dtype=bool)
        tops, bottoms, pen = highs - values, values - lows, pg.mkPen(colours.muted, width=1)
        self._bars.setData(x=places[known], y=values[known], top=tops[known], bottom=bottoms[known], pen=pen)
        step = max(1, math.ceil(len(trend.points) / TICKS_MAX))
        ticks = [(float(place), day_of(point.wall_time)) for place, point in enumerate(trend.points)][::step]
        self.plot.getPlotItem().getAxis("bottom").setTicks([ticks])
        low, high = float(lows.min()), float(highs.max())
        room = max((high - low) * 0.2, abs(high) * 0.05, 0.5)
        self.plot.getPlotItem().vb.setRange(
            xRange=(-0.5, len(trend.points) - 0.5), yRange=(low - room, high + room), padding=0
        )
        recent_values = ", ".join(
            f"{day_of(point.wall_time)} {point.value:.1f} ({interval_words(point)})" for point in trend.points[-8:]
        )
        self.plot.setAccessibleName(f"Trend of {trend.label}: {recent_values}")


def _tip(x: float, y: float, data: Any) -> str:
    more = "" if data.usable else "; not part of the trend, because the run was invalid or interrupted"
    interval = "" if data.low is None or data.high is None else "95 % interval "
    return f"{data.name}: {y:.1f} ({interval}{interval_words(data)}{more})"


def _ends(trend: Trend) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ends of the intervals; of a point without one, its value."""
    lows = [point.value if point.low is None else point.low for point in trend.points]
    highs = [point.value if point.high is None else point.high for point in trend.points]
    return np.array(lows), np.array(highs)
