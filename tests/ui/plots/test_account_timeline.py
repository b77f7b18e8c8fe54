"""The plot of the load over time."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.plots.account_timeline import AccountTimelinePlot
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.capacities import LIMIT, rung
from tests.ui.models.test_capacity import progress


def test_streams_are_steps_and_latency_has_its_own_axis(qtbot: QtBot, theme: ThemeSource) -> None:
    model = CapacityModel()
    plot = AccountTimelinePlot(theme, model)
    qtbot.addWidget(plot)
    assert plot.lines.items == []
    model.begin((LIMIT,))
    model.take_progress(progress(0.0, 4, 2))
    model.take_progress(progress(10.0, 8, 2))
    plot.refresh()
    planned = plot.lines.items[0]
    assert planned.getData()[0].tolist() == [0, 10, 10, 10]
    assert planned.getData()[1].tolist() == [4, 4, 8, 8]
    assert not plot.getPlotItem().getAxis("right").isVisible()
    model.take_rung(rung(8, "PASS", 220.0))
    plot.refresh()
    assert plot.getPlotItem().getAxis("right").isVisible()
    assert len(plot.lines.late_items) == 1
