"""The curve of the Tune page: how long speakers wait, against how often they are cut off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent

from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.models.tune_curve import CurvePoint, Evaluation
from flux_desktop.ui.plots.axis_style import style_axes
from flux_desktop.ui.plots.mark_labels import MarkLabels
from flux_desktop.ui.plots.number_axes import PercentAxis, ThousandsAxis
from flux_desktop.ui.plots.public_marks import MARK_PX, PublicMarks
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.legend import Entry

_X_STEPS = (5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 75.0, 100.0)
_Y_STEPS = (400.0, 600.0, 800.0, 1000.0, 1200.0, 1600.0, 2000.0, 3000.0, 5000.0, 10_000.0)
_NAMES_UP_TO = 20.0
_LIMIT_STEP = 0.5
_X_USUAL_MAX = 20.0
"""Percent: who accepts more cut-offs than that moves there, and the axis follows."""
_LIMIT_RANGE = (0.1, 60.0)
HANDLE_PX, CURRENT_PX = 17, 13


class TuneCurve(pg.PlotWidget):  # type: ignore[misc]
    """Draws a `TuneModel`. The handle and the limit can be dragged, or moved by the arrow keys (the limit with Ctrl).

    Signals:
        point_dragged: the handle was moved to this share of cut-offs (0 to 1).
        stepped: an arrow key asks for so many places along the best settings.
        setting_chosen: a dot was clicked; carries its `Setting`.
        limit_moved: the limit was moved to this share (0 to 1) and let go.
    """

    point_dragged = Signal(float)
    stepped = Signal(int)
    setting_chosen = Signal(object)
    limit_moved = Signal(float)

    def __init__(self, theme: ThemeSource, model: TuneModel) -> None:
        axes = {"bottom": PercentAxis(orientation="bottom"), "left": ThousandsAxis(orientation="left")}
        super().__init__(enableMenu=False, axisItems=axes)
        self._theme, self._model = theme, model
        self._drawn: Evaluation | None = None
        self._moving = False
        self._widest = 20.0
        """Percent that the axis reaches to."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(150)
        item: Any = self.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(x=True, y=True, alpha=0.18)
        item.getAxis("left").setWidth(44)
        item.getAxis("bottom").setHeight(22)
        self._compose()
        self._public_shown = True
        item.getViewBox().sigResized.connect(lambda _view: self._place_labels())
        theme.changed.connect(self.restyle)
        self.restyle()
        self.refresh()

    def _compose(self) -> None:
        self._beyond = pg.LinearRegionItem(values=(5, 1000), movable=False)
        self._cloud = pg.ScatterPlotItem(size=4, pxMode=True, hoverable=True, tip=_tip)
        self._low, self._high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._best = pg.PlotCurveItem()
        self._baseline = pg.PlotCurveItem()
        self._public = PublicMarks()
        self._bars = pg.PlotCurveItem(connect="pairs")
        self._current = pg.ScatterPlotItem(size=CURRENT_PX, symbol="d")
        self._current_name = pg.TextItem("current")
        self._limit = pg.InfiniteLine(5.0, angle=90, movable=True, bounds=_LIMIT_RANGE)
        self._limit_name = pg.InfLineLabel(self._limit, "at most {value:.1f} %", position=0.95, movable=False)
        self._handle = pg.TargetItem((0, 0), size=HANDLE_PX, symbol="o", movable=True)
        for z, part in enumerate(
            (
                self._beyond,
                self._cloud,
                self._band,
                self._baseline,
                self._best,
                self._public,
                *self._public.names,
                self._limit,
                self._bars,
                self._current,
                self._current_name,
                self._handle,
            )
        ):
            part.setZValue(z)
            self.addItem(part)
        self._cloud.sigClicked.connect(lambda _plot, points, _event: self._clicked(points))
        self._handle.sigPositionChanged.connect(self._dragged)
        self._limit.sigPositionChangeFinished.connect(lambda: self.limit_moved.emit(self._limit.value() / 100))

    def show_public(self, on: bool) -> None:
        """Show or hide the published figures of others."""
        self._public_shown = on
        # On a wide axis the names would lie on each other; the marks have tips.
        shown, has_room = on and self._model.evaluation is not None, self._widest <= _NAMES_UP_TO
        self._public.show_marks(shown, with_names=has_room)
        self._place_labels()

    def _place_labels(self) -> None:
        """Put the names of marks beside them, off the other marks and the lines."""
        if self._model.evaluation is None:
            return
        view: Any = self.getPlotItem().getViewBox()
        labels = MarkLabels(view)
        for x, y in zip(*self._current.getData(), strict=True):  # one, or none yet
            labels.take_mark(x, y, CURRENT_PX, self._current_name)
        if self._public.isVisible():
            for place, name in zip(self._public.places, self._public.names, strict=True):
                labels.take_mark(*place, MARK_PX, name)
        if self._handle.isVisible():
            labels.take_mark(self._handle.pos().x(), self._handle.pos().y(), HANDLE_PX)
            labels.take_curve(self._bars)
        if self._limit.isVisible():
            labels.take_box(self._limit.mapRectToScene(self._limit.boundingRect()))
            labels.take_box(self._limit_name.mapRectToScene(self._limit_name.boundingRect()))
        labels.take_curve(self._best)
        labels.take_curve(self._baseline)
        labels.place()

    def legend_entries(self) -> tuple[Entry, ...]:
        """What the marks mean."""
        return (
            Entry("best, 95 % band", "accent", Qt.PenStyle.SolidLine),
            Entry("this setting", "accent"),
            Entry("current", "text"),
            Entry("fixed silence", "muted", Qt.PenStyle.DashLine),
        )

    def refresh(self) -> None:
        """Draw the model; a recording that is drawn already is left alone, so that a control can be dragged."""
        model, evaluation = self._model, self._model.evaluation
        if evaluation is not None and (self._drawn is None or self._drawn.table is not evaluation.table):
            self._draw(evaluation)
        self._drawn = evaluation
        shown = evaluation is not None
        for part in (self._cloud, self._band, self._best, self._baseline):
            part.setVisible(shown)
        self._draw_point(model.point if shown else None)
        self._draw_current(model.current_point if shown else None)
        self._draw_limit()
        self.show_public(self._public_shown)

    def _draw(self, evaluation: Evaluation) -> None:
        grid = evaluation.grid
        shares, waits = 100 * grid.cut_share.ravel(), grid.wait_p50_ms.ravel()
        known = np.flatnonzero(np.isfinite(shares) & np.isfinite(waits))
        places = [divmod(int(place), len(grid.timeouts_ms)) for place in known]
        self._cloud.setData(x=shares[known], y=waits[known], data=[grid.setting(*place) for place in places])
        best = [point for point in evaluation.best if point.wait_ms.value is not None]
        x = np.array([_percent(point) for point in best])
        y = np.array([point.wait_ms.value or 0.0 for point in best])
        self._best.setData(x, y)
        self._low.setData(x, np.array([_bound(point.wait_ms, point.wait_ms.low) for point in best]))
        self._high.setData(x, np.array([_bound(point.wait_ms, point.wait_ms.high) for point in best]))
        line = [point for point in evaluation.baseline if point.cut_share is not None]
        self._baseline.setData([100 * (point.cut_share or 0.0) for point in line], [point.wait_ms for point in line])
        widest = float(x.max()) if len(x) else 20.0
        highest = float(y.max()) if len(y) else float(waits[known].max(initial=800.0))
        item: Any = self.getPlotItem()
        self._widest = 0.0
        self._show_up_to(max(15.0, min(widest, _X_USUAL_MAX)))
        item.setYRange(0, next((step for step in _Y_STEPS if step >= 1.25 * highest), 10_000.0), padding=0.02)

    def _show_up_to(self, percent: float) -> None:
        """Widen the axis where it is too short; it stays so until another recording is drawn."""
        if percent > self._widest:
            self._widest = next((step for step in _X_STEPS if step >= percent), 100.0)
            item: Any = self.getPlotItem()
            item.setXRange(0, self._widest, padding=0.02)
            self.show_public(self._public_shown)

    def _draw_point(self, point: CurvePoint | None) -> None:
        known = point is not None and point.cut_share.value is not None and point.wait_ms.value is not None
        self._handle.setVisible(known)
        self._bars.setVisible(known)
        if point is None or not known:
            self.setAccessibleName("Curve: how long speakers wait against how often they are cut off")
            return
        x, y = _percent(point), point.wait_ms.value or 0.0
        self._show_up_to(x)
        self._moving = True
        self._handle.setPos(x, y)
        self._moving = False
        cut, wait = point.cut_share, point.wait_ms
        self._bars.setData(
            [100 * (cut.low or 0.0), 100 * _bound(cut, cut.high), x, x],
            [y, y, _bound(wait, wait.low), _bound(wait, wait.high)],
        )
        words = f"{point.setting.text}: {x:.1f} % of the holds cut off, wait p50 {y:,.0f} ms"
        self.setAccessibleName(f"Curve. {words}. The arrow keys step to other settings.")

    def _draw_current(self, point: CurvePoint | None) -> None:
        known = point is not None and point.cut_share.value is not None and point.wait_ms.value is not None
        self._current.setVisible(known)
        self._current_name.setVisible(known)
        if point is not None and known:
            self._show_up_to(_percent(point))
            self._current.setData([_percent(point)], [point.wait_ms.value or 0.0])
            self._current_name.setText(f"current {point.setting.eot:.2f}")

    def _draw_limit(self) -> None:
        place = self._model.selected
        shown = place is not None and self._model.evaluation is not None
        for part in (self._limit, self._beyond):
            part.setVisible(shown)
        if place is not None and not self._limit.moving:
            limit = 100 * self._model.limits[place].cut_share_max
            self._show_up_to(limit)
            self._limit.setValue(limit)
            self._beyond.setRegion((limit, 1000))

    def restyle(self) -> None:
        """Take the theme's colours."""
        colours = self._theme.current
        self.setBackground(QColor(colours.panel))
        style_axes(self.getPlotItem(), colours)
        accent, muted = QColor(colours.accent), QColor(colours.muted)
        self._best.setPen(pg.mkPen(accent, width=2))
        self._band.setBrush(pg.mkBrush(_faint(accent, 48)))
        self._cloud.setPen(pg.mkPen(None))
        self._cloud.setBrush(pg.mkBrush(_faint(accent, 90)))
        self._baseline.setPen(pg.mkPen(muted, width=1.5, style=Qt.PenStyle.DashLine))
        self._public.restyle(colours)
        self._beyond.setBrush(pg.mkBrush(_faint(muted, 22)))
        for line in self._beyond.lines:
            line.setPen(pg.mkPen(None))
        self._current_name.setColor(muted)
        self._current_name.setFont(font(TYPE_CAPTION_PX))
        self._current.setPen(pg.mkPen(colours.text, width=1.6))
        self._current.setBrush(pg.mkBrush(colours.panel))
        self._bars.setPen(pg.mkPen(colours.text, width=1.4))
        self._handle.setPen(pg.mkPen(colours.text, width=2))
        self._handle.setHoverPen(pg.mkPen(colours.text, width=3))
        self._handle.setBrush(pg.mkBrush(accent))
        self._handle.setHoverBrush(pg.mkBrush(accent))
        self._limit.setPen(pg.mkPen(colours.text, width=1.2, style=Qt.PenStyle.DashLine))
        self._limit.setHoverPen(pg.mkPen(accent, width=2))
        self._limit_name.setColor(colours.text)
        self._limit_name.fill = pg.mkBrush(colours.accent_soft)
        self._limit_name.border = pg.mkPen(accent)
        self._limit_name.setFont(font(TYPE_CAPTION_PX, bold=True))

    def _dragged(self) -> None:
        if not self._moving:
            where: QPointF = self._handle.pos()
            self.point_dragged.emit(max(0.0, where.x() / 100))

    def _clicked(self, points: Any) -> None:
        if len(points) and isinstance(points[0].data(), Setting):
            self.setting_chosen.emit(points[0].data())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {int(Qt.Key.Key_Right): 1, int(Qt.Key.Key_Left): -1}
        if event.key() not in steps:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            limit = self._limit.value() + steps[event.key()] * _LIMIT_STEP
            self.limit_moved.emit(max(_LIMIT_RANGE[0], min(_LIMIT_RANGE[1], limit)) / 100)
        else:
            self.stepped.emit(steps[event.key()])


def _percent(point: CurvePoint) -> float:
    return 100 * (point.cut_share.value or 0.0)


def _bound(estimate: Estimate, bound: float | None) -> float:
    """A bound of an interval; without one the value itself, so that nothing is drawn beyond it."""
    return float(bound if bound is not None else estimate.value if estimate.value is not None else np.nan)


def _faint(colour: QColor, alpha: int) -> QColor:
    return QColor(colour.red(), colour.green(), colour.blue(), alpha)


def _tip(x: float, y: float, data: object) -> str:
    words = data.text if isinstance(data, Setting) else ""
    return f"{words}\n{x:.1f} % cut off · wait p50 {y:,.0f} ms"
