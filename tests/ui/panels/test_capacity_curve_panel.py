"""The curve's panel before and after the first search."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.panels.capacity_curve_panel import CapacityCurvePanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.capacities import report, rung


def test_the_example_gives_way_to_the_curve(qtbot: QtBot, theme: ThemeSource) -> None:
    model = CapacityModel()
    panel = CapacityCurvePanel(theme, model)
    qtbot.addWidget(panel)
    assert panel.curve.isHidden()
    wanted: list[bool] = []
    panel.sample_wanted.connect(lambda: wanted.append(True))
    panel.show_can_search(True, main=True)
    assert panel.sample_button.property("kind") == "go"
    panel.sample_button.click()
    panel.show_can_search(False, main=False)
    panel.sample_button.click()
    assert wanted == [True]
    model.report = report()
    panel.refresh()
    assert panel.empty.isHidden()
    assert not panel.curve.isHidden()


def test_figures_drawn_at_the_edge_are_said_to_be_beyond_it(qtbot: QtBot, theme: ThemeSource) -> None:
    model = CapacityModel(report=report(), rungs=[rung(16, "PASS", 100.0)])
    panel = CapacityCurvePanel(theme, model)
    qtbot.addWidget(panel)
    assert "edge" not in panel.subtitle.text()
    model.rungs = [*model.rungs, rung(64, "FAIL", 3351.0)]
    panel.refresh()
    assert panel.subtitle.text().endswith("above 800 ms at the edge")
