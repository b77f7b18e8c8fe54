"""How tables of rows behave and look: sorted by their headings, selected by rows, without a grid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView


class Column(Protocol):
    """What a heading needs of a column."""

    @property
    def name(self) -> str: ...

    @property
    def meaning(self) -> str: ...

    @property
    def right(self) -> bool:
        """Whether it is aligned to the right, as numbers are."""


def heading(column: Column, role: int) -> Any:
    """A model's `headerData` of a column; what it means is the tooltip."""
    if role == Qt.ItemDataRole.DisplayRole:
        return column.name
    if role == Qt.ItemDataRole.ToolTipRole:
        return column.meaning
    return column_alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None


def column_alignment(column: Column) -> int:
    """For the `TextAlignmentRole` of headings and cells."""
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def show_as_rows(
    table: QTableView, name: str, widths_px: Iterable[int], row_px: int, sorted_by: int, order: Qt.SortOrder
) -> None:
    """Set up a table that has its model; `name` is for accessibility."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setSortingEnabled(True)
    table.sortByColumn(sorted_by, order)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(row_px)
    table.horizontalHeader().setHighlightSections(False)
    for number, width_px in enumerate(widths_px):
        table.setColumnWidth(number, width_px)
