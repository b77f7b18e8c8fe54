"""The list of sessions as a table that sorts, selects one or two rows, and stars with a click or the S key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from flux_desktop.reports.sessions.facts import SessionFacts
from flux_desktop.ui.models.session_table import (
    COLUMNS,
    NAME_COLUMNS,
    NOTE_COLUMN,
    STAR_COLUMN,
    TONES,
    VERDICT_COLUMN,
    WHEN_COLUMN,
    ordered,
)
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import plain_tip
from flux_desktop.ui.widgets.rows_table import column_alignment, heading, show_as_rows

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_PX = 27
TAB_REASONS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
NAME_GROWTH_PX, VERDICT_GROWTH_PX, NOTE_ROOM_PX = 160, 50, 80
"""In a wide window endpoint, data and verdict get up to so much more room; notes keep so much more, too."""


class SessionRows(QAbstractTableModel):
    """Sessions in the order of the sorted column."""

    def __init__(self, theme: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.sessions: list[SessionFacts] = []
        self._sorted_by = (WHEN_COLUMN, True)

    def show_sessions(self, sessions: Sequence[SessionFacts]) -> bool:
        """Show these; returns whether they are others than before."""
        column, descending = self._sorted_by
        rows = ordered(sessions, column, descending=descending)
        if rows == self.sessions:
            return False
        self.beginResetModel()
        self.sessions = rows
        self.endResetModel()
        return True

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.sessions)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else heading(COLUMNS[section], role)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        session, column = self.sessions[index.row()], index.column()
        words = COLUMNS[column].words(session).replace("\n", " ")
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if role == Qt.ItemDataRole.AccessibleTextRole and column == STAR_COLUMN:
            return "starred" if session.about.starred else "not starred"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{COLUMNS[column].meaning}: {words}"[:500])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._brush(session, column)
        return None

    def _brush(self, session: SessionFacts, column: int) -> QBrush | None:
        theme = self._theme.current
        if column == STAR_COLUMN:
            return QBrush(QColor(theme.warn if session.about.starred else theme.muted))
        if column == VERDICT_COLUMN and session.verdict in TONES:
            return QBrush(QColor(getattr(theme, TONES[session.verdict])))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (max(0, column), order is Qt.SortOrder.DescendingOrder)
        self.layoutAboutToBeChanged.emit()
        before = [self.sessions[index.row()].name for index in self.persistentIndexList()]
        old = self.persistentIndexList()
        self.sessions = ordered(self.sessions, self._sorted_by[0], descending=self._sorted_by[1])
        places = {session.name: row for row, session in enumerate(self.sessions)}
        new = [self.index(places[name], index.column()) for name, index in zip(before, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()


def _alignment(column: int) -> int:
    if column == STAR_COLUMN:
        return int(Qt.AlignmentFlag.AlignCenter)
    return column_alignment(COLUMNS[column])


class SessionTable(QTableView):
    """The table.

    Signals:
        opened: the name of a session, by Enter or a double click.
        chosen: other rows are selected; read `selected`.
        starred: the name of a session whose star is to change.
        deleted: the Delete key was pressed.
    """

    opened = Signal(str)
    chosen = Signal()
    starred = Signal(str)
    deleted = Signal()

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self.rows = SessionRows(theme, self)
        self.setModel(self.rows)
        widths_px = [column.width_px for column in COLUMNS]
        show_as_rows(self, "Sessions", widths_px, ROW_PX, WHEN_COLUMN, Qt.SortOrder.DescendingOrder)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(26)
        header.setSectionResizeMode(NOTE_COLUMN, QHeaderView.ResizeMode.Stretch)
        self.doubleClicked.connect(self._double_clicked)
        self.clicked.connect(self._clicked)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())
        self.rows.modelReset.connect(self.chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        spare_px = self.viewport().width() - sum(column.width_px for column in COLUMNS) - NOTE_ROOM_PX
        wider_px = max(0, min(VERDICT_GROWTH_PX, spare_px))
        self.setColumnWidth(VERDICT_COLUMN, COLUMNS[VERDICT_COLUMN].width_px + wider_px)
        spare_px -= wider_px
        for place in NAME_COLUMNS:
            self.setColumnWidth(place, COLUMNS[place].width_px + max(0, min(NAME_GROWTH_PX, spare_px // 2)))

    def selected(self) -> list[SessionFacts]:
        """The sessions whose rows are selected, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.rows.sessions[row] for row in rows if row < len(self.rows.sessions)]

    def show_sessions(self, sessions: Sequence[SessionFacts]) -> None:
        """Show these; what is selected stays so."""
        names = {each.name for each in self.selected()}
        if not self.rows.show_sessions(sessions):
            return
        self.select(names)

    def select(self, names: set[str]) -> None:
        """Select these sessions."""
        self.clearSelection()
        model = self.selectionModel()
        flags = model.SelectionFlag.Select | model.SelectionFlag.Rows
        for row, session in enumerate(self.rows.sessions):
            if session.name in names:
                index = self.rows.index(row, WHEN_COLUMN)
                model.select(index, flags)
                model.setCurrentIndex(index, model.SelectionFlag.NoUpdate)

    def _double_clicked(self, index: QModelIndex) -> None:
        if index.column() != STAR_COLUMN:
            self.opened.emit(self.rows.sessions[index.row()].name)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == STAR_COLUMN:
            self.starred.emit(self.rows.sessions[index.row()].name)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in TAB_REASONS and not self.selected():
            self.selectRow(max(0, self.currentIndex().row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.opened.emit(self.rows.sessions[self.currentIndex().row()].name)
        elif event.key() == Qt.Key.Key_S and not event.modifiers():
            for session in self.selected():
                self.starred.emit(session.name)
        elif event.key() == Qt.Key.Key_Delete and self.selected():
            self.deleted.emit()
        else:
            super().keyPressEvent(event)
