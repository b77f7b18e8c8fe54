"""Tables of rows: set up in one place."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView
from pytestqt.qtbot import QtBot

from flux_desktop.ui.widgets.rows_table import show_as_rows


def test_a_table_sorts_and_selects_rows(qtbot: QtBot) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(QStringListModel(["a", "b"], table))
    show_as_rows(table, "Letters", [77], 31, 0, Qt.SortOrder.DescendingOrder)
    assert table.accessibleName() == "Letters"
    assert table.selectionBehavior() is QAbstractItemView.SelectionBehavior.SelectRows
    assert (table.columnWidth(0), table.rowHeight(0)) == (77, 31)
    assert table.isSortingEnabled()
    assert table.horizontalHeader().sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
    assert not table.showGrid()
    assert not table.tabKeyNavigation(), "Tab leaves the table"
