"""The table of rungs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.pages.capacity_page import RIGHT_NARROW_PX
from flux_desktop.ui.panels.rungs_panel import WHY, WIDTHS_PX, RungsPanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.capacities import report, rung


@pytest.fixture
def panel(qtbot: QtBot, theme: ThemeSource) -> RungsPanel:
    model = CapacityModel(report=report())
    model.rungs = report().rungs
    panel = RungsPanel(theme, model)
    qtbot.addWidget(panel)
    return panel


def streams(panel: RungsPanel) -> list[str]:
    return [item.text() for row in range(panel.table.rowCount()) if (item := panel.table.item(row, 0)) is not None]


def test_rungs_are_sorted_by_number_and_back(panel: RungsPanel) -> None:
    assert streams(panel) == ["16", "32", "64", "46", "48"], "in the order in which they ran"
    header = panel.table.horizontalHeader()
    header.setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    assert streams(panel) == ["64", "48", "46", "32", "16"]
    header.setSortIndicator(2, Qt.SortOrder.AscendingOrder)
    assert streams(panel) == ["16", "32", "46", "48", "64"], "by milliseconds, not by their digits"
    panel._model.rungs = [*panel._model.rungs, rung(47, "UNDECIDED", 400.0)]
    header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    panel.refresh()
    assert streams(panel)[-1] == "47"


def test_the_newest_rung_is_in_view_when_the_panel_gets_its_size(panel: RungsPanel) -> None:
    panel._model.rungs = [rung(number, "PASS") for number in range(1, 31)]
    panel.refresh()
    panel.resize(380, 300)
    panel.show()
    QApplication.processEvents()
    bar = panel.table.verticalScrollBar()
    assert 0 < bar.maximum() == bar.value()


def test_the_headings_fit_before_the_first_rung(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = RungsPanel(theme, CapacityModel())
    qtbot.addWidget(panel)
    assert sum(map(panel.table.columnWidth, range(WHY))) == sum(WIDTHS_PX)


def test_no_figure_is_cut_in_a_narrow_panel(panel: RungsPanel) -> None:
    panel._model.rungs = [rung(148, "UNDECIDED", 13345.0)]
    panel.refresh()
    panel.setFixedWidth(RIGHT_NARROW_PX)
    panel.show()
    QApplication.processEvents()
    table = panel.table
    shown = [column for column in range(table.columnCount()) if not table.isColumnHidden(column)]
    assert all(table.columnWidth(column) >= table.sizeHintForColumn(column) for column in shown)
    assert sum(map(table.columnWidth, shown)) <= table.viewport().width()


def test_verdicts_have_a_shape_and_a_tip(panel: RungsPanel) -> None:
    cell = panel.table.item(2, 1)
    assert cell is not None
    assert cell.text() == "■ FAIL"
    assert "n = 500" in cell.toolTip()
    boundary = panel.table.item(3, 0)
    assert boundary is not None
    assert boundary.font().bold()


def test_all_rungs_or_the_selected_ones_are_copied(panel: RungsPanel) -> None:
    panel.copy_button.click()
    assert len(QGuiApplication.clipboard().text().split("\n")) == 6
    panel.table.selectRow(1)
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text().split("\n")[1].startswith("32\t")
    assert len(QGuiApplication.clipboard().text().split("\n")) == 2
