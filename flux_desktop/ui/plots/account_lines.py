"""The load of a run and its account as curves over the whole run, for the plots that show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline, Point
from flux_desktop.evaluation.capacity.rung import Judgement
from flux_desktop.ui.models import text
from flux_desktop.ui.models.capacity_rungs import MARKS, VERDICT_TOKENS
from flux_desktop.ui.plots.axis_style import style_axes
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font
from flux_desktop.ui.widgets.legend import Entry

_LANE = 0.17
"""Height of a lane under the curves, as a part of the highest curve."""
_LETTER_PX = 6.2


class LoadSource(Protocol):
    """What is drawn."""

    @property
    def timeline(self) -> AccountTimeline: ...

    @property
    def now_s(self) -> float: ...

    @property
    def verdicts(self) -> Sequence[tuple[float, float, int, Judgement]]:
        """Rungs of a search: begin, end, streams and judgement."""
        ...


class ClockAxis(pg.AxisItem):  # type: ignore[misc]
    """Minutes and seconds since the run began."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [text.clock(value) if value >= 0 else "" for value in values]


class _FromZeroAxis(pg.AxisItem):  # type: ignore[misc]
    """Whole numbers; what lies below zero are the lanes."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        levels = super().tickValues(0.0, high, size)
        return [(step, [value for value in values if value >= 0]) for step, values in levels if step >= 1]


class AccountLines:
    """Draws into a plot item, whose axes it takes over: streams by the left one, latency by the right one."""

    def __init__(self, item: Any) -> None:
        self.items: list[Any] = []
        self.late_items: list[Any] = []
        self._item = item
        self._late = pg.ViewBox(enableMenu=False)
        axes = {name: _FromZeroAxis(orientation=name) for name in ("left", "right")}
        item.setAxisItems({"bottom": ClockAxis(orientation="bottom"), **axes})
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

    def draw(self, source: LoadSource, colours: Theme) -> str:
        """Draw everything again; returns it in words."""
        self._clear()
        timeline = source.timeline
        lines = (timeline.planned, timeline.connected, timeline.cloudwatch, timeline.running, timeline.p95_ms)
        end_s = max([source.now_s, *(points[-1][0] for points in lines if points)], default=0.0) or 60.0
        most = max((y for points in lines[:3] for _, y in points), default=1.0)
        top = max(most, timeline.target or 0.0, 1.0)
        self._item.setXRange(0, max(end_s, 10.0), padding=0.02)
        self._line(timeline.planned, colours.muted, Qt.PenStyle.DashLine, end_s)
        self._line(timeline.connected, colours.accent, Qt.PenStyle.SolidLine, end_s, filled=True)
        self._line(timeline.cloudwatch, colours.eager, Qt.PenStyle.DotLine, None)
        if timeline.target is not None:
            pen = pg.mkPen(QColor(colours.ok), width=1.2, style=Qt.PenStyle.DotLine)
            self._add(pg.InfiniteLine(timeline.target, angle=0, pen=pen))
        if timeline.refused:
            self._mark_refused(timeline.refused, 0.06 * top, colours)
        lanes = self._draw_lanes(source, top, end_s, colours)
        self._item.setYRange(-lanes * _LANE * top, 1.15 * top, padding=0)
        self._draw_latency(timeline.p95_ms, lanes, colours)
        words = f"{len(timeline.refused)} refused" if timeline.refused else "none refused"
        running = timeline.running[-1][1] if timeline.running else None
        instances = "" if running is None else f", {amount(int(running), 'instance')} in service"
        return f"Load over time: up to {amount(round(most), 'stream')} in {text.clock(end_s)}, {words}{instances}"

    def restyle(self, colours: Theme) -> None:
        """Take the theme's colours."""
        style_axes(self._item, colours, ("left", "bottom", "right"))

    def _draw_lanes(self, source: LoadSource, top: float, end_s: float, colours: Theme) -> int:
        """Verdicts of the rungs and instances as bars under the curves; returns how many lanes there are."""
        lanes = 0
        if source.verdicts:
            lanes += 1
            for began_s, ended_s, streams, judgement in source.verdicts:
                colour = QColor(getattr(colours, VERDICT_TOKENS[judgement]))
                names = (f"{MARKS[judgement]} {streams}", f"{streams}")
                tip = f"{judgement} with {amount(streams, 'stream')}"
                self._bar(lanes, top, (began_s, ended_s, end_s), names, tip, colour, colours.text)
        timeline = source.timeline
        if timeline.running:
            lanes += 1
            moments = sorted({t for t, _ in (*timeline.running, *timeline.desired)})
            for began_s, ended_s in zip(moments, [*moments[1:], max(end_s, moments[-1])], strict=True):
                running, desired = (_at(points, began_s) for points in (timeline.running, timeline.desired))
                tip = f"{running:.0f} in service, {desired:.0f} desired"
                is_steady = desired == running
                names = (
                    (f"{running:.0f} in service", f"{running:.0f}")
                    if is_steady
                    else (tip, f"{running:.0f} of {desired:.0f}")
                )
                colour = QColor(colours.border if is_steady else colours.warn)
                self._bar(lanes, top, (began_s, ended_s, end_s), names, tip, colour, colours.text)
        return lanes

    def _bar(
        self,
        lane: int,
        top: float,
        span: tuple[float, float, float],
        names: Sequence[str],
        tip: str,
        colour: QColor,
        ink: str,
    ) -> None:
        """One bar of a lane with the first of its names that has room. `span`: begin, end, and end of the axis."""
        height = _LANE * top
        began_s, ended_s, end_s = span
        shade = QColor(colour.red(), colour.green(), colour.blue(), 110)
        bar = pg.BarGraphItem(
            x0=[began_s],
            x1=[ended_s],
            y0=[(0.12 - lane) * height],
            y1=[(1 - lane) * height],
            brush=pg.mkBrush(shade),
            pen=pg.mkPen(colour, width=1),
        )
        bar.setToolTip(tip)
        self._add(bar)
        width_px = self._item.vb.width() * (ended_s - began_s) / max(end_s, 10.0)
        fitting = next((name for name in names if width_px >= _LETTER_PX * len(name) + 6), "")
        if fitting:
            name = pg.TextItem(fitting, color=ink, anchor=(0.5, 0.5))
            name.setFont(font(TYPE_CAPTION_PX))
            name.setPos((began_s + ended_s) / 2, (0.56 - lane) * height)
            self._add(name)

    def _mark_refused(self, moments: Sequence[float], y: float, colours: Theme) -> None:
        danger = QColor(colours.danger)
        crosses = pg.ScatterPlotItem(symbol="x", size=9, brush=pg.mkBrush(danger), pen=pg.mkPen(danger))
        crosses.setData(x=list(moments), y=[y] * len(moments))
        self._add(crosses)

    def _draw_latency(self, p95_ms: Sequence[Point], lanes: int, colours: Theme) -> None:
        self._item.showAxis("right", bool(p95_ms))
        if not p95_ms:
            return
        x, y = zip(*p95_ms, strict=True)
        marks = {"symbol": "o", "symbolSize": 5, "symbolBrush": QColor(colours.warn), "symbolPen": QColor(colours.warn)}
        pen = pg.mkPen(QColor(colours.warn), width=1.4)
        curve = pg.PlotDataItem(list(x), list(y), pen=pen, **(marks if len(x) <= 40 else {}))
        self._late.addItem(curve)
        self.late_items.append(curve)
        self._late.setYRange(-lanes * _LANE * max(y), 1.15 * max(y), padding=0)

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
        self.items.append(part)
        self._item.addItem(part)

    def _clear(self) -> None:
        for part in self.items:
            self._item.removeItem(part)
        for part in self.late_items:
            self._late.removeItem(part)
        self.items.clear()
        self.late_items.clear()

    def _follow_size(self) -> None:
        self._late.setGeometry(self._item.vb.sceneBoundingRect())


def account_entries(source: LoadSource, latency: str) -> tuple[Entry, ...]:
    """What the lines mean; those of the account only where it was read. `latency` names the figure on the right."""
    timeline = source.timeline
    entries = [
        Entry("planned", "muted", Qt.PenStyle.DashLine),
        Entry("open", "accent", Qt.PenStyle.SolidLine),
    ]
    if timeline.cloudwatch:
        entries.append(Entry("CloudWatch, one instance", "eager", Qt.PenStyle.DotLine))
    if timeline.target is not None:
        entries.append(Entry("scaling target", "ok", Qt.PenStyle.DotLine))
    if timeline.refused:
        entries.append(Entry("refused", "danger"))
    if timeline.p95_ms:
        entries.append(Entry(f"{latency}, ms (right)", "warn", Qt.PenStyle.SolidLine))
    return tuple(entries)


def _at(points: Sequence[Point], t_s: float) -> float:
    """The value that holds at a moment; the first one before it is known."""
    return next((y for t, y in reversed(points) if t <= t_s), points[0][1] if points else 0.0)
