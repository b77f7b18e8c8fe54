"""The rungs of a capacity search as a table: sortable, with everything about a rung in its tip."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.models.capacity_rungs import (
    COLUMNS,
    MARKS,
    VERDICT_TOKENS,
    rung_row,
    rung_tip,
    rungs_text,
    sort_keys,
)
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import Panel, button, copy_text, plain_tip

VERDICT = 1
WHY = len(COLUMNS) - 1
ROW_PX = 24
WIDTHS_PX = (58, 76, 44, 64, 38)
"""Of the headings, at least; wider where a figure needs it."""
REASONS_PX = 420
"""Width from which the reasons have a column; on a narrower panel they are in the tips."""


class _Cell(QTableWidgetItem):
    """A cell that is sorted by its number, if it has one."""

    def __init__(self, words: str, value: float | None) -> None:
        super().__init__(words)
        self.value = value
        if value is not None:
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if isinstance(other, _Cell) and self.value is not None and other.value is not None:
            return self.value < other.value
        return self.text() < other.text()


class RungsPanel(Panel):
    """In the order in which they ran, until a heading is clicked."""

    def __init__(self, theme: ThemeSource, model: CapacityModel) -> None:
        self.copy_button = button("Copy", self.copy, kind="link", tip="Copy all rungs as a table")
        self.copy_button.setAccessibleName("Copy all rungs")
        super().__init__("Rungs", "In the order they ran; point at one for its n and interval", self.copy_button)
        self._theme, self._model = theme, model
        self._shown: list[RungOutcome] = []
        table = self.table = QTableWidget(0, len(COLUMNS))
        table.setAccessibleName("Rungs of the search")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        for column, entry in enumerate(COLUMNS):
            heading = QTableWidgetItem(entry.name)
            heading.setToolTip(entry.meaning)
            table.setHorizontalHeaderItem(column, heading)
        header = table.horizontalHeader()
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(30)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.sortIndicatorChanged.connect(lambda _column, _order: self._fill())
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        # Also when the panel gets its size after its rungs.
        table.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._show_newest())
        self.body.addWidget(table, 1)
        theme.changed.connect(self._fill)
        self._fill()
        self.refresh()

    def copy(self) -> None:
        """Put the rungs on the clipboard: the selected ones, else all."""
        chosen = sorted({index.row() for index in self.table.selectedIndexes()})
        shown = [self._order()[row] for row in chosen] if chosen else self._model.rungs
        copy_text(rungs_text(shown))

    def refresh(self) -> None:
        """Show the model's rungs; the newest comes into view."""
        self.copy_button.setEnabled(bool(self._model.rungs))
        if self._shown != self._model.rungs:
            self._shown = list(self._model.rungs)
            self._fill()

    def _order(self) -> list[RungOutcome]:
        """The rungs as the headings ask for them."""
        header, rungs = self.table.horizontalHeader(), list(self._shown)
        column = header.sortIndicatorSection()
        if 0 <= column < len(COLUMNS):
            down = header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
            cells = {id(each): _Cell(rung_row(each)[column], sort_keys(each)[column]) for each in rungs}
            rungs.sort(key=lambda each: cells[id(each)], reverse=down)
        return rungs

    def _fill(self) -> None:
        rungs, result = self._order(), self._model.result
        self.table.setRowCount(len(rungs))
        for row, outcome in enumerate(rungs):
            colour = QColor(getattr(self._theme.current, VERDICT_TOKENS[outcome.judgement]))
            words = rung_row(outcome)
            for column, (text, value) in enumerate(zip(words, sort_keys(outcome), strict=True)):
                cell = _Cell(f"{MARKS[outcome.judgement]} {text}" if column == VERDICT else text, value)
                cell.setToolTip(plain_tip(rung_tip(outcome)))
                if column == VERDICT:
                    cell.setForeground(colour)
                if result is not None and outcome.streams in (result.passes, result.fails):
                    face = cell.font()
                    face.setBold(True)
                    cell.setFont(face)
                self.table.setItem(row, column, cell)
        for column, width_px in enumerate(WIDTHS_PX):
            self.table.setColumnWidth(column, max(width_px, self.table.sizeHintForColumn(column)))

    def _show_newest(self) -> None:
        """Scroll to the end, unless a heading says another order."""
        if self.table.horizontalHeader().sortIndicatorSection() < 0:
            self.table.scrollToBottom()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.setColumnHidden(WHY, self.width() < REASONS_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)
