"""A list of terms with their explanations, or of actions with their shortcuts, and a filter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.ui.style.tokens import SPACE_L, SPACE_S
from flux_desktop.ui.widgets.basics import label

TERM_PX = 190


class TermsDialog(QDialog):
    """Two columns; typing shows only the rows that contain the text. Open it with `open()`."""

    def __init__(
        self, parent: QWidget, title: str, rows: Sequence[tuple[str, str]], *, hint: str, first_px: int = TERM_PX
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 520)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(hint)
        self.filter.setAccessibleName(hint)
        self.filter.setClearButtonEnabled(True)
        self.table = QTableWidget(len(rows), 2)
        self.table.setAccessibleName(title)
        self.table.horizontalHeader().hide()
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setColumnWidth(0, first_px)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for row, pair in enumerate(rows):
            for column, words in enumerate(pair):
                item = QTableWidgetItem(words)
                item.setTextAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                if column == 0:
                    face = item.font()
                    face.setBold(True)
                    item.setFont(face)
                self.table.setItem(row, column, item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addWidget(label(title, "title"))
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.filter.textChanged.connect(self._filter)
        self.filter.setFocus()

    def shown(self) -> list[str]:
        """The first column of the rows that are shown."""
        return [self._words(row, 0) for row in range(self.table.rowCount()) if not self.table.isRowHidden(row)]

    def _filter(self, words: str) -> None:
        wanted = words.strip().casefold()
        for row in range(self.table.rowCount()):
            both = f"{self._words(row, 0)} {self._words(row, 1)}".casefold()
            self.table.setRowHidden(row, wanted not in both)

    def _words(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return "" if item is None else item.text()
