"""The table of all connections: rows in the order of a column, selection by connection, problems when there are any."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import ConnectionEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionSummary, LedgerClass
from flux_desktop.ui.models.overview import CLIP_COLUMN, COLUMNS, PROBLEM_COLUMN, TEXT_COLUMN
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.overview_table import OverviewTable
from tests.ui import scripted

P50 = [column.name for column in COLUMNS].index("p50")
STATE = [column.name for column in COLUMNS].index("State")
LOST = Problem(code="lost", what="<b>LOST</b>.")


class Bench:
    """A table over a run of three connections."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.model = RunModel()
        self.model.reset(scripted.plan(3))
        self.table = OverviewTable(theme, self.model)
        self.colours = theme.current
        qtbot.addWidget(self.table)
        self.table.refresh()

    def rows(self, *rows: ConnectionRow) -> None:
        self.model.feed(Snapshot(t=1.0, ledger={}, rows=list(rows)))
        self.table.refresh()

    def latencies(self, *p50s_ms: float | None) -> None:
        self.rows(*(ConnectionRow(conn=n, update_p50_ms=p50) for n, p50 in enumerate(p50s_ms, 1)))

    def end(self, conn: int, ledger: LedgerClass, problem: Problem | None = None) -> None:
        self.model.feed(ConnectionEnded(t=2.0, summary=ConnectionSummary(conn=conn, ledger=ledger, problem=problem)))
        self.table.refresh()

    @property
    def order(self) -> list[int]:
        return [self.table.rows.connection_at(row) for row in range(self.table.rows.rowCount())]

    def data(self, row: int, column: int, role: Any = Qt.ItemDataRole.DisplayRole) -> Any:
        return self.table.rows.data(self.table.rows.index(row, column), role)


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_every_connection_has_a_row_and_every_column_a_heading(bench: Bench) -> None:
    rows = bench.table.rows
    assert (bench.order, rows.columnCount()) == ([1, 2, 3], len(COLUMNS))
    headings = [rows.headerData(n, Qt.Orientation.Horizontal) for n in range(len(COLUMNS))]
    assert headings == [column.name for column in COLUMNS]
    assert rows.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == COLUMNS[0].meaning
    assert rows.headerData(0, Qt.Orientation.Vertical) is None
    assert rows.rowCount(rows.index(0, 0)) == 0, "a cell has no rows of its own"


def test_clips_are_named_where_there_are_any(bench: Bench) -> None:
    assert bench.table.isColumnHidden(CLIP_COLUMN)
    bench.model.feed(ClipStarted(t=1.0, conn=2, clip="/data/call_07.flac", audio_s=0.0))
    bench.model.feed(ClipStarted(t=1.0, conn=3, clip="/data/call_08.flac", audio_s=0.0, offset_s=2.5))
    bench.table.refresh()
    assert not bench.table.isColumnHidden(CLIP_COLUMN)
    assert [bench.data(row, CLIP_COLUMN) for row in range(3)] == ["", "call_07", "call_08 from 2.5 s"]


def test_cells_show_the_rows_of_the_run(bench: Bench) -> None:
    bench.rows(ConnectionRow(conn=2, update_p50_ms=251.0, text="hello\nthere"))
    assert bench.data(1, P50) == "251 ms"
    assert bench.data(1, TEXT_COLUMN) == "hello there", "one line"
    assert bench.data(1, TEXT_COLUMN, Qt.ItemDataRole.ToolTipRole) == "hello\nthere"
    assert bench.data(1, P50, Qt.ItemDataRole.ToolTipRole) is None
    assert bench.data(1, P50, Qt.ItemDataRole.TextAlignmentRole) & int(Qt.AlignmentFlag.AlignRight)
    assert bench.data(1, STATE, Qt.ItemDataRole.TextAlignmentRole) is None


def test_sorting_goes_on_as_the_figures_change(bench: Bench) -> None:
    bench.table.sortByColumn(P50, Qt.SortOrder.DescendingOrder)
    bench.latencies(200.0, 300.0, None)
    assert bench.order == [2, 1, 3], "without a figure it is last"
    bench.latencies(400.0, 300.0, 350.0)
    assert bench.order == [1, 3, 2]
    bench.table.sortByColumn(P50, Qt.SortOrder.AscendingOrder)
    assert bench.order == [2, 3, 1]


def test_a_selection_stays_with_its_connection(bench: Bench) -> None:
    bench.latencies(200.0, 300.0, 250.0)
    bench.table.selectRow(0)
    assert bench.table.selected() == [1]
    bench.table.sortByColumn(P50, Qt.SortOrder.DescendingOrder)
    assert bench.order == [2, 3, 1]
    assert bench.table.selected() == [1]


def test_a_new_run_replaces_all_rows(bench: Bench) -> None:
    bench.table.selectRow(0)
    bench.model.reset(scripted.plan(5))
    bench.table.refresh()
    assert bench.order == [1, 2, 3, 4, 5]
    assert bench.table.selected() == []


def test_nothing_is_emitted_without_a_change(bench: Bench) -> None:
    changes: list[None] = []
    bench.table.rows.dataChanged.connect(lambda *_: changes.append(None))
    bench.table.refresh()
    assert changes == []
    bench.latencies(1.0)
    assert changes == [None]


def test_the_column_of_problems_appears_with_the_first_one(bench: Bench) -> None:
    assert bench.table.isColumnHidden(PROBLEM_COLUMN)
    bench.end(1, LedgerClass.COMPLETED)
    assert bench.table.isColumnHidden(PROBLEM_COLUMN)
    bench.end(2, LedgerClass.FAILED, LOST)
    assert not bench.table.isColumnHidden(PROBLEM_COLUMN)
    assert bench.table.horizontalHeader().stretchLastSection()
    tip = bench.data(1, PROBLEM_COLUMN, Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in tip, "text from outside is not taken for markup"
    bench.model.reset(scripted.plan(1))
    bench.table.refresh()
    assert bench.table.isColumnHidden(PROBLEM_COLUMN)
    assert not bench.table.horizontalHeader().stretchLastSection()


def test_the_ending_is_coloured(bench: Bench) -> None:
    bench.end(1, LedgerClass.COMPLETED)
    bench.end(2, LedgerClass.FAILED, LOST)
    role = Qt.ItemDataRole.ForegroundRole
    assert bench.data(0, STATE, role).color().name() == bench.colours.ok
    assert bench.data(1, STATE, role).color().name() == bench.colours.danger
    assert bench.data(2, STATE, role) is None
    assert bench.data(0, P50, role) is None


def test_activating_a_row_opens_its_connection(bench: Bench) -> None:
    opened: list[int] = []
    bench.table.opened.connect(opened.append)
    bench.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    bench.table.activated.emit(bench.table.rows.index(0, STATE))
    assert opened == [3]


def test_columns_can_be_chosen(bench: Bench) -> None:
    chosen: list[list[str]] = []
    bench.table.columns_chosen.connect(chosen.append)
    menu = QMenu(bench.table)
    bench.table.fill_menu(menu)
    columns = next(action.menu() for action in menu.actions() if action.menu())
    by_name = {action.text(): action for action in columns.actions()}
    by_name["p50"].trigger()
    by_name["Last text"].trigger()
    assert chosen == [["p50"], ["Last text", "p50"]]
    assert bench.table.isColumnHidden(P50)
    assert bench.table.isColumnHidden(TEXT_COLUMN)
    assert bench.table.horizontalHeader().stretchLastSection(), "some column fills the width"
    by_name["Show All"].trigger()
    assert not bench.table.isColumnHidden(P50)
    assert bench.table.isColumnHidden(CLIP_COLUMN), "there are no clips"
    bench.table.hide_columns(["#", "State"])
    assert not bench.table.isColumnHidden(0)
    assert bench.table.isColumnHidden(STATE)


def test_rows_are_copied_as_they_are_shown(bench: Bench) -> None:
    bench.table.hide_columns([column.name for column in COLUMNS if column.name not in ("#", "Turns")])
    assert bench.table.copied() == "#\tTurns\n1\t0\n2\t0\n3\t0"
    bench.table.selectRow(1)
    QTest.keyClick(bench.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QTest.keyRelease(bench.table, Qt.Key.Key_Control)
    assert QGuiApplication.clipboard().text() == "#\tTurns\n2\t0"
