"""Names beside marks: off lines, other marks and other names, and within the plot."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF, QRectF
from pytestqt.qtbot import QtBot

from flux_desktop.ui.plots.mark_labels import MarkLabels


class Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.plot = pg.PlotWidget()
        qtbot.addWidget(self.plot)
        self.plot.resize(500, 300)
        self.plot.show()
        self.view: Any = self.plot.getPlotItem().getViewBox()
        self.view.setRange(xRange=(0, 10), yRange=(0, 10), padding=0)
        self.labels = MarkLabels(self.view)

    def name(self, x: float, y: float) -> Any:
        name = pg.TextItem("LiveKit v1")
        self.plot.addItem(name)
        self.labels.take_mark(x, y, 8, name)
        return name

    def box(self, name: Any) -> QRectF:
        return QRectF(self.view.mapViewToScene(name.pos()), name.textItem.boundingRect().size())

    def side(self, name: Any, x: float) -> str:
        at = self.view.mapViewToScene(QPointF(x, 0)).x()
        return "right" if self.box(name).left() > at else "left" if self.box(name).right() < at else "over"


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_a_name_stands_to_the_right_where_nothing_is_in_its_way(bench: Bench) -> None:
    name = bench.name(5, 5)
    bench.labels.place()
    assert bench.side(name, 5) == "right"


def test_a_name_keeps_off_a_line(bench: Bench) -> None:
    name = bench.name(5, 5)
    bench.labels.take_curve(pg.PlotCurveItem([5, 10], [5, 5]))
    bench.labels.place()
    assert bench.side(name, 5) == "left"


def test_between_the_lines_of_a_cross_a_name_has_a_corner(bench: Bench) -> None:
    name = bench.name(5, 5)
    bench.labels.take_curve(pg.PlotCurveItem([0, 10, 5, 5], [5, 5, 0, 10], connect="pairs"))
    bench.labels.place()
    centre = bench.view.mapViewToScene(QPointF(5, 5))
    box = bench.box(name)
    assert box.bottom() < centre.y()
    assert box.left() > centre.x()


def test_names_keep_off_other_marks_each_other_and_the_edge(bench: Bench) -> None:
    names = [bench.name(9.9, 5), bench.name(9.2, 5), bench.name(5, 5), bench.name(5.3, 5)]
    bench.labels.place()
    boxes = [bench.box(name) for name in names]
    within = bench.view.mapRectToScene(bench.view.boundingRect())
    assert all(within.contains(box) for box in boxes)
    assert not any(one.intersects(other) for n, one in enumerate(boxes) for other in boxes[:n])


def test_names_of_marks_outside_of_the_plot_stay_where_they_are(bench: Bench) -> None:
    name = bench.name(50, 5)
    bench.labels.place()
    assert name.pos() == QPointF(0, 0)
