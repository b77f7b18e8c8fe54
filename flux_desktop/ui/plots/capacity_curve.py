"""Latency against concurrent streams, rung by rung: bands, limits, verdicts by colour and shape, and the bracket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.rung import Judgement, Measured, RungOutcome
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.models.capacity_rungs import VERDICT_TOKENS, rung_tip
from flux_desktop.ui.plots.axis_style import style_axes
from flux_desktop.ui.plots.number_axes import ThousandsAxis, WholeAxis
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.legend import Entry

SYMBOLS: dict[Judgement, str] = {"PASS": "o", "FAIL": "s", "UNDECIDED": "t1", "INVALID": "x"}
_HEADROOM = 2.0
"""The axis reaches at most so many times as far as the highest limit; rungs beyond are drawn at its edge."""


class CapacityCurve(pg.PlotWidget):  # type: ignore[misc]
    """Draws the rungs of a `CapacityModel`."""

    def __init__(self, theme: ThemeSource, model: CapacityModel) -> None:
        axes = {"left": ThousandsAxis(orientation="left"), "bottom": WholeAxis(orientation="bottom")}
        super().__init__(enableMenu=False, axisItems=axes)
        self._theme, self._model = theme, model
        self._items: list[Any] = []
        self.edge_ms: float | None = None
        """Figures above it are drawn there; None while there are none."""
        self.setMinimumHeight(100)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        item: Any = self.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(x=True, y=True, alpha=0.18)
        item.getAxis("left").setWidth(48)
        item.getAxis("bottom").setHeight(22)
        theme.changed.connect(self.refresh)
        self.refresh()

    def legend_entries(self) -> tuple[Entry, ...]:
        """What the marks mean."""
        return (
            Entry("pass (circle)", "ok"),
            Entry("fail (square)", "danger"),
            Entry("undecided (triangle)", "warn"),
            Entry("invalid (cross)", "muted"),
            Entry("95 % interval", "accent", Qt.PenStyle.SolidLine),
            Entry("limit", "muted", Qt.PenStyle.DashLine),
        )

    def refresh(self) -> None:
        """Draw all rungs; there are some dozens at most."""
        for part in self._items:
            self.removeItem(part)
        self._items.clear()
        self._restyle()
        rungs = self._model.rungs
        criteria = self._model.criteria
        highest_ms = _HEADROOM * max((each.below_ms for each in criteria), default=400.0)
        seen_ms = [each.value_ms for rung in rungs for each in rung.measured if each.value_ms is not None]
        top_ms = min(highest_ms, 1.3 * max([*seen_ms, *(each.below_ms for each in criteria)], default=highest_ms))
        self.edge_ms = top_ms if max(seen_ms, default=0.0) > top_ms else None
        widest = max((rung.streams for rung in rungs), default=16)
        item: Any = self.getPlotItem()
        item.setXRange(0, widest, padding=0.06)
        item.setYRange(0, max(top_ms, 1.0), padding=0.02)
        for place, criterion in enumerate(criteria):
            self._draw_criterion(criterion, place, rungs, top_ms)
        self._draw_bracket()
        result = self._model.result
        words = (
            "nothing measured yet" if not rungs else f"{amount(len(rungs), 'rung')}, up to {amount(widest, 'stream')}"
        )
        self.setAccessibleName(
            f"Latency against concurrent streams: {words}. {'' if result is None else result.sentence()}"
        )

    def _draw_criterion(self, criterion: Criterion, place: int, rungs: Sequence[RungOutcome], top_ms: float) -> None:
        colours = self._theme.current
        colour = QColor((colours.accent, colours.eager, colours.warn)[place % 3])
        limit = pg.InfiniteLine(
            criterion.below_ms,
            angle=0,
            pen=pg.mkPen(colour, width=1.2, style=Qt.PenStyle.DashLine),
            label=f"{criterion.label} < {criterion.below_ms:g} ms",
            labelOpts={"position": 0.02, "anchors": [(0, 1), (0, 1)], "color": colours.muted},
        )
        self._add(limit)
        points = [(rung, each) for rung in rungs for each in rung.measured if each.criterion == criterion]
        known = [(rung, each) for rung, each in points if each.value_ms is not None]
        if not known:
            return
        line = sorted({rung.streams: _value(each) for rung, each in known if rung.judgement != "INVALID"}.items())
        xs, ys = [x for x, _ in line], [min(top_ms, y) for _, y in line]
        self._add(pg.PlotCurveItem(xs, ys, pen=pg.mkPen(colour, width=2)))
        bars: list[tuple[float, float]] = []
        for rung, each in known:
            low, high = each.low_ms, each.high_ms
            bars += [(rung.streams, min(top_ms, _value(each) if low is None else low))]
            bars += [(rung.streams, min(top_ms, _value(each) if high is None else high))]
        pen = pg.mkPen(_faint(colour, 120), width=5, cap=Qt.PenCapStyle.FlatCap)
        x, y = np.array(bars).T
        self._add(pg.PlotCurveItem(x, y, connect="pairs", pen=pen))
        marks = pg.ScatterPlotItem(size=9, pxMode=True, hoverable=True, tip=lambda x, y, data: rung_tip(data))
        marks.setData(
            x=[rung.streams for rung, _ in known],
            y=[min(top_ms, _value(each)) for _, each in known],
            symbol=[SYMBOLS[rung.judgement] for rung, _ in known],
            brush=[pg.mkBrush(getattr(colours, VERDICT_TOKENS[rung.judgement])) for rung, _ in known],
            pen=pg.mkPen(colours.panel, width=1),
            data=[rung for rung, _ in known],
        )
        self._add(marks)

    def _draw_bracket(self) -> None:
        result, colours = self._model.result, self._theme.current
        if result is None:
            return
        marks: list[tuple[int, str, str]] = []
        if result.passes:
            marks.append((result.passes, colours.ok, str(result.passes)))
        if result.fails is not None:
            marks.append((result.fails, colours.danger, str(result.fails)))
        if result.scaling_target is not None:
            instances = result.instances or 1
            words = f"target {result.scaling_target}{' per instance' * (instances > 1)}"
            marks.append((result.scaling_target * instances, colours.muted, words))
        for place, (streams, colour, words) in enumerate(marks):
            dotted = Qt.PenStyle.DotLine if place == 2 else Qt.PenStyle.SolidLine
            label = {"position": 0.96 - 0.08 * place, "color": colour}
            line = pg.InfiniteLine(
                streams, angle=90, pen=pg.mkPen(colour, width=1.4, style=dotted), label=words, labelOpts=label
            )
            self._add(line)

    def _add(self, part: Any) -> None:
        self._items.append(part)
        self.addItem(part)

    def _restyle(self) -> None:
        colours = self._theme.current
        self.setBackground(QColor(colours.panel))
        style_axes(self.getPlotItem(), colours)


def _value(measured: Measured) -> float:
    return measured.value_ms or 0.0


def _faint(colour: QColor, alpha: int) -> QColor:
    return QColor(colour.red(), colour.green(), colour.blue(), alpha)
