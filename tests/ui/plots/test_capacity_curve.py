"""The curve of the Capacity page: a mark for each rung by verdict, the limit and the bracket."""

from __future__ import annotations

import pyqtgraph as pg
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.plots.capacity_curve import SYMBOLS, CapacityCurve
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import LIGHT
from tests.ui.models.searched import searched_model


def test_rungs_limits_and_bracket_are_drawn(qtbot: QtBot, theme: ThemeSource) -> None:
    curve = CapacityCurve(theme, searched_model())
    qtbot.addWidget(curve)
    marks = next(item for item in curve._items if isinstance(item, pg.ScatterPlotItem))
    assert list(marks.data["symbol"]) == [SYMBOLS["PASS"], SYMBOLS["FAIL"], SYMBOLS["PASS"]]  # the fourth has no figure
    heights = [point.pos().y() for point in marks.points()]
    assert heights[1] <= 800  # a rung far beyond the limit stays in the picture, at its edge
    lines = [item for item in curve._items if isinstance(item, pg.InfiniteLine)]
    assert sorted(line.value() for line in lines if line.angle == 90) == [9, 12, 13]
    assert [line.value() for line in lines if line.angle == 0] == [400]
    assert "BRACKETED" in curve.accessibleName()


def test_nothing_measured_is_said_and_the_theme_followed(qtbot: QtBot, theme: ThemeSource) -> None:
    curve = CapacityCurve(theme, CapacityModel())
    qtbot.addWidget(curve)
    assert "nothing measured" in curve.accessibleName()
    assert len(curve.legend_entries()) == 5
    theme.toggle()
    assert curve.backgroundBrush().color().name() == LIGHT.panel
