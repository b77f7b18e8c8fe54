"""The table of all connections; fluid with a thousand rows because only what is in view is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView, QWidget

from flux_desktop.ui.models import text
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.overview import CLIP_COLUMN, COLUMNS, PROBLEM_COLUMN, TEXT_COLUMN
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import copy_text, plain_tip
from flux_desktop.ui.widgets.rows_table import column_alignment, heading, show_as_rows

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_PX = 26


class OverviewModel(QAbstractTableModel):
    """Rows are conversations in the order of the sorted column; `refresh` takes over what is new."""

    def __init__(self, theme: ThemeSource, model: RunModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._run = model
        self._rows: list[Conversation] = []
        self._sorted_by = (0, False)
        self._seen = (-1, -1)

    def refresh(self) -> None:
        """Show the run as it is now."""
        state = (self._run.generation, self._run.revision)
        if state == self._seen:
            return
        same_run = state[0] == self._seen[0] and len(self._rows) == len(self._run.conversations)
        self._seen = state
        if not same_run:
            self.beginResetModel()
            self._rows = self._ordered()
            self.endResetModel()
        elif self._sorted_by != (0, False):
            self._resort()
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def connection_at(self, row: int) -> int:
        """Number of the connection in a row."""
        return self._rows[row].conn

    def any_problem(self) -> bool:
        """Whether any connection has ended with a problem."""
        return any(
            conversation.summary is not None and conversation.summary.problem is not None for conversation in self._rows
        )

    def any_clip(self) -> bool:
        """Whether any connection sends a data set."""
        return any(conversation.clip for conversation in self._rows)

    def _ordered(self) -> list[Conversation]:
        column, descending = self._sorted_by
        return COLUMNS[column].ordered(self._run.conversations.values(), descending=descending)

    def _resort(self) -> None:
        ordered = self._ordered()
        if ordered == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        indexes = self.persistentIndexList()
        places = {conversation.conn: row for row, conversation in enumerate(ordered)}
        moved = [self.index(places[self._rows[index.row()].conn], index.column()) for index in indexes]
        self._rows = ordered
        self.changePersistentIndexList(indexes, moved)
        self.layoutChanged.emit()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return heading(COLUMNS[section], role) if orientation is Qt.Orientation.Horizontal else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        conversation, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.words(conversation).replace("\n", " ")
        if role == Qt.ItemDataRole.ToolTipRole:
            return None if index.column() < CLIP_COLUMN else plain_tip(column.words(conversation)[:500])
        if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
            return column_alignment(column)
        if (
            role == Qt.ItemDataRole.ForegroundRole
            and column.name in {"State", "Problem"}
            and conversation.summary is not None
        ):
            theme = self._theme.current
            good = conversation.summary.ledger in text.GOOD_CLASSES
            return QBrush(QColor(theme.ok if good else theme.danger))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (max(0, column), order is Qt.SortOrder.DescendingOrder)
        self._resort()


class OverviewTable(QTableView):
    """The table; Enter or a double click opens a connection's transcript, Ctrl+C copies rows.

    Signals:
        opened: the number of a connection.
        columns_chosen: names of the columns that are to be hidden.
    """

    opened = Signal(int)
    columns_chosen = Signal(list)

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        self.rows = OverviewModel(theme, model, self)
        self.setModel(self.rows)
        widths_px = [column.width_px for column in COLUMNS]
        show_as_rows(self, "All connections", widths_px, ROW_PX, 0, Qt.SortOrder.AscendingOrder)
        header = self.horizontalHeader()
        self._hidden: frozenset[str] = frozenset()
        self._arranged: list[bool] = []
        self._arrange()
        for widget in (self, header):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(partial(self._show_menu, widget))
        header.setToolTip("Click: sort. Right-click: choose the columns")
        self.activated.connect(lambda index: self.opened.emit(self.rows.connection_at(index.row())))

    def selected(self) -> list[int]:
        """Numbers of the connections whose rows are selected."""
        return sorted(self.rows.connection_at(index.row()) for index in self.selectionModel().selectedRows())

    def refresh(self) -> None:
        """Show the run as it is now; the columns of clips and problems only where there are any."""
        self.rows.refresh()
        self._arrange()

    def hide_columns(self, names: Iterable[str]) -> None:
        """Hide these columns; the connection's number is always shown."""
        self._hidden = frozenset(names)
        self._arrange()

    def copied(self) -> str:
        """The selected rows, or all if none is selected, as lines of cells with tabs between them."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()}) or range(self.rows.rowCount())
        shown = [column for column in range(len(COLUMNS)) if not self.isColumnHidden(column)]
        lines = [[COLUMNS[column].name for column in shown]]
        lines += [[str(self.rows.index(row, column).data()) for column in shown] for row in rows]
        return "\n".join("\t".join(cell.replace("\t", " ") for cell in line) for line in lines)

    def _arrange(self) -> None:
        """Hide what is not wanted or has nothing to show; the last text stretches, or else the last column."""
        has_content = {CLIP_COLUMN: self.rows.any_clip(), PROBLEM_COLUMN: self.rows.any_problem()}
        hidden = [
            number > 0 and (column.name in self._hidden or not has_content.get(number, True))
            for number, column in enumerate(COLUMNS)
        ]
        if hidden == self._arranged:
            return
        self._arranged = hidden
        for number, is_hidden in enumerate(hidden):
            self.setColumnHidden(number, is_hidden)
        stretches = hidden[PROBLEM_COLUMN] and not hidden[TEXT_COLUMN]
        header = self.horizontalHeader()
        header.setStretchLastSection(not stretches)  # the two ways to stretch stand in each other's way
        mode = QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.Interactive
        header.setSectionResizeMode(TEXT_COLUMN, mode)
        if not stretches:
            self.setColumnWidth(TEXT_COLUMN, COLUMNS[TEXT_COLUMN].width_px)

    def _show_menu(self, widget: QWidget, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        menu.popup(widget.mapToGlobal(where))

    def fill_menu(self, menu: QMenu) -> None:
        """What can be done with the table."""
        copy = menu.addAction("Copy Rows\tCtrl+C", lambda: copy_text(self.copied()))
        copy.setEnabled(self.rows.rowCount() > 0)
        columns = menu.addMenu("Columns")
        for column in COLUMNS[1:]:
            action = columns.addAction(column.name)
            action.setCheckable(True)
            action.setChecked(column.name not in self._hidden)
            action.toggled.connect(partial(self._choose, column.name))
        columns.addSeparator()
        columns.addAction("Show All", lambda: self._chosen(frozenset()))

    def _choose(self, name: str, on: bool) -> None:
        self._chosen(self._hidden - {name} if on else self._hidden | {name})

    def _chosen(self, hidden: frozenset[str]) -> None:
        self.hide_columns(hidden)
        self.columns_chosen.emit(sorted(hidden))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_text(self.copied())
        elif event.key() == Qt.Key.Key_Menu:
            self._show_menu(self, self.rect().topLeft())
        else:
            super().keyPressEvent(event)
