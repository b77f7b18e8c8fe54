"""The rungs of a capacity search as a table, in the order in which they were measured; can be sorted and copied."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from flux_desktop.evaluation.capacity.rung import Judgement, RungOutcome
from flux_desktop.ui.models.capacity import COLUMNS, CapacityModel, rung_row, rung_tip
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import Panel, button, copy_text, plain_tip

SHAPES: dict[Judgement, str] = {"PASS": "●", "FAIL": "■", "UNDECIDED": "▲", "INVALID": "◇"}
TOKENS: dict[Judgement, str] = {"PASS": "ok", "FAIL": "danger", "UNDECIDED": "warn", "INVALID": "muted"}
_NUMBERS = (0, 2, 4)
_ROW_PX = 24


class RungsPanel(Panel):
    """Shows the rungs of a `CapacityModel`."""

    def __init__(self, theme: ThemeSource, model: CapacityModel) -> None:
        self.copy_button = button("Copy", self.copy, kind="link", tip="Copy the table, separated by tabs")
        super().__init__("Rungs", "the figure nearest to its limit, in the order measured", self.copy_button)
        self._theme, self._model = theme, model
        self.table = _Table(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.setAccessibleName("Rungs of the search")
        self.table.copy_wanted = self.copy
        self.body.addWidget(self.table, 1)
        theme.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the rungs; the newest is in view."""
        table, rungs = self.table, self._model.rungs
        table.setSortingEnabled(False)
        table.setRowCount(len(rungs))
        for row, outcome in enumerate(rungs):
            for column, words in enumerate(rung_row(outcome)):
                table.setItem(row, column, self._item(outcome, column, words))
        header = table.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        table.resizeColumnsToContents()
        header.setStretchLastSection(True)
        table.scrollToBottom()
        self.copy_button.setEnabled(bool(rungs))

    def copy(self) -> None:
        """Copy what is shown, with headings, in the order shown."""
        table = self.table
        rows = ["\t".join(COLUMNS)]
        for row in range(table.rowCount()):
            items = (table.item(row, column) for column in range(len(COLUMNS)))
            rows.append("\t".join(item.text() if item is not None else "" for item in items))
        copy_text("\n".join(rows))

    def _item(self, outcome: RungOutcome, column: int, words: str) -> QTableWidgetItem:
        item = _Item(f"{SHAPES[outcome.judgement]} {words}" if column == 1 else words)
        if column in _NUMBERS:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if column == 1:
            item.setForeground(QBrush(QColor(getattr(self._theme.current, TOKENS[outcome.judgement]))))
        worst = outcome.worst()
        item.number = {0: float(outcome.streams), 2: (worst.value_ms or 0.0) if worst else 0.0}.get(column)
        item.number = float(worst.n) if column == 4 and worst is not None else item.number
        item.setToolTip(plain_tip(rung_tip(outcome)))
        return item


class _Item(QTableWidgetItem):
    """A cell; numbers sort as numbers."""

    number: float | None = None

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if isinstance(other, _Item) and self.number is not None and other.number is not None:
            return self.number < other.number
        return super().__lt__(other)


class _Table(QTableWidget):
    def __init__(self, rows: int, columns: int) -> None:
        super().__init__(rows, columns)
        self.copy_wanted: Callable[[], None] = lambda: None
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted()
        else:
            super().keyPressEvent(event)
