"""A capacity search over time: planned and open streams, the account's own figures, refusals and latency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from flux_desktop.evaluation.capacity.account_timeline import Point
from flux_desktop.ui.models import text
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.legend import Entry


class _ClockAxis(pg.AxisItem):  # type: ignore[misc]
    """Minutes and seconds since the run began."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [text.clock(value) if value >= 0 else "" for value in values]


class AccountTimelinePlot(pg.PlotWidget):  # type: ignore[misc]
    """Draws the timeline of a `CapacityModel`: streams by the left axis, latency by the right one."""

    def __init__(self, theme: ThemeSource, model: CapacityModel) -> None:
        super().__init__(
            enableMenu=False, axisItems={"bottom": _ClockAxis("bottom"), "right": pg.AxisItem(orientation="right")}
        )
        self._theme, self._model = theme, model
        self._items: list[Any] = []
        self._late_items: list[Any] = []
        self._late = pg.ViewBox(enableMenu=False)
        self.setMinimumHeight(96)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        item: Any = self.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(x=True, y=True, alpha=0.18)
        item.getAxis("left").setWidth(40)
        item.getAxis("right").setWidth(48)
        item.getAxis("bottom").setHeight(22)
        item.scene().addItem(self._late)
        item.getAxis("right").linkToView(self._late)
        self._late.setXLink(item)
        self._late.setMouseEnabled(x=False, y=False)
        item.vb.sigResized.connect(self._follow_size)
        theme.changed.connect(self.refresh)
        self.refresh()

    def legend_entries(self) -> tuple[Entry, ...]:
        """What the lines mean; those of the account only where it was read."""
        timeline = self._model.timeline
        entries = [
            Entry("planned", "muted", Qt.PenStyle.DashLine),
            Entry("open", "accent", Qt.PenStyle.SolidLine),
        ]
        if timeline.cloudwatch:
            entries.append(Entry("CloudWatch, one instance", "eager", Qt.PenStyle.DotLine))
        if timeline.running:
            entries += [Entry("instances in service", "ok", Qt.PenStyle.SolidLine)]
            entries += [Entry("desired", "ok", Qt.PenStyle.DashLine)]
        if timeline.target is not None:
            entries.append(Entry("scaling target", "ok", Qt.PenStyle.DotLine))
        if timeline.refused:
            entries.append(Entry("refused", "danger"))
        entries.append(Entry("limited figure, ms (right)", "warn", Qt.PenStyle.SolidLine))
        return tuple(entries)

    def refresh(self) -> None:
        """Draw everything; changes come a few times a rung."""
        for part in self._items:
            self.removeItem(part)
        for part in self._late_items:
            self._late.removeItem(part)
        self._items.clear()
        self._late_items.clear()
        self._restyle()
        timeline, colours = self._model.timeline, self._theme.current
        progress = self._model.progress
        lines = (timeline.planned, timeline.connected, timeline.cloudwatch, timeline.running, timeline.p95_ms)
        ends_s = [points[-1][0] for points in lines if points] + ([progress.t_s] if progress is not None else [])
        end_s = max(ends_s, default=60.0)
        most = max((y for points in lines[:3] for _, y in points), default=1.0)
        item: Any = self.getPlotItem()
        item.setXRange(0, max(end_s, 10.0), padding=0.02)
        item.setYRange(0, 1.15 * max(most, 1.0), padding=0)
        self._line(timeline.planned, colours.muted, Qt.PenStyle.DashLine, end_s)
        self._line(timeline.connected, colours.accent, Qt.PenStyle.SolidLine, end_s, filled=True)
        self._line(timeline.cloudwatch, colours.eager, Qt.PenStyle.DotLine, None)
        self._line(timeline.desired, colours.ok, Qt.PenStyle.DashLine, end_s)
        self._line(timeline.running, colours.ok, Qt.PenStyle.SolidLine, end_s)
        if timeline.target is not None:
            pen = pg.mkPen(QColor(colours.ok), width=1.2, style=Qt.PenStyle.DotLine)
            self._add(pg.InfiniteLine(timeline.target, angle=0, pen=pen))
        if timeline.refused:
            marks = pg.ScatterPlotItem(
                x=list(timeline.refused),
                y=[0.06 * most] * len(timeline.refused),
                symbol="x",
                size=9,
                brush=pg.mkBrush(QColor(colours.danger)),
                pen=pg.mkPen(QColor(colours.danger)),
            )
            self._add(marks)
        if timeline.p95_ms:
            x, y = zip(*timeline.p95_ms, strict=True)
            curve = pg.PlotDataItem(
                list(x), list(y), pen=pg.mkPen(QColor(colours.warn), width=1.4), symbol="o", symbolSize=5,
                symbolBrush=QColor(colours.warn), symbolPen=QColor(colours.warn),
            )  # fmt: skip
            self._late.addItem(curve)
            self._late_items.append(curve)
            self._late.setYRange(0, 1.15 * max(y), padding=0)
        item.showAxis("right", bool(timeline.p95_ms))
        words = f"{len(timeline.refused)} refused" if timeline.refused else "none refused"
        self.setAccessibleName(f"Load over time: up to {most:.0f} streams in {text.clock(end_s)}, {words}")

    def _line(
        self, points: Sequence[Point], colour: str, style: Qt.PenStyle, until_s: float | None, *, filled: bool = False
    ) -> None:
        """Values from a moment on as steps up to `until_s`; those of a period, without it, as they are."""
        if not points:
            return
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if until_s is not None:
            steps = list(zip([*xs[1:], max(until_s, xs[-1])], ys, strict=True))
            corners = [corner for start, (end, y) in zip(xs, steps, strict=True) for corner in ((start, y), (end, y))]
            xs, ys = [x for x, _ in corners], [y for _, y in corners]
        shade = QColor(colour)
        brush = pg.mkBrush(QColor(shade.red(), shade.green(), shade.blue(), 40)) if filled else None
        pen = pg.mkPen(shade, width=1.6, style=style)
        self._add(pg.PlotCurveItem(xs, ys, pen=pen, brush=brush, fillLevel=0 if filled else None))

    def _add(self, part: Any) -> None:
        self._items.append(part)
        self.addItem(part)

    def _follow_size(self) -> None:
        item: Any = self.getPlotItem()
        self._late.setGeometry(item.vb.sceneBoundingRect())

    def _restyle(self) -> None:
        colours = self._theme.current
        self.setBackground(QColor(colours.panel))
        item: Any = self.getPlotItem()
        for name in ("left", "bottom", "right"):
            axis = item.getAxis(name)
            axis.setPen(pg.mkPen(colours.grid))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setStyle(tickFont=font(TYPE_CAPTION_PX), tickLength=0)
