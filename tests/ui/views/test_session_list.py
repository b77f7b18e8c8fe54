"""The list of sessions: order, selection that survives a new list, and the star by mouse and keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.reports.sessions.facts import About, SessionFacts
from flux_desktop.ui.models.session_table import NAME_COLUMNS, STAR_COLUMN, VERDICT_COLUMN, WHEN_COLUMN
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.session_list import VERDICT_GROWTH_PX, SessionTable

CELL_MARGIN_PX = 8


def session(day: int, **changes: object) -> SessionFacts:
    fields: dict[str, object] = {"name": f"2026-01-{day:02}", "wall_time": f"2026-01-{day:02}T12:00:00+00:00"}
    return SessionFacts(**{**fields, **changes})  # type: ignore[arg-type]


def test_what_is_selected_stays_selected(qtbot: QtBot, theme: ThemeSource) -> None:
    table = SessionTable(theme)
    qtbot.addWidget(table)
    table.show_sessions([session(1), session(2), session(3)])
    assert [each.name for each in table.rows.sessions] == ["2026-01-03", "2026-01-02", "2026-01-01"]
    table.select({"2026-01-02", "2026-01-01"})
    table.show_sessions([session(2), session(1, about=About(starred=True)), session(4)])
    assert [each.name for each in table.selected()] == ["2026-01-02", "2026-01-01"]
    table.sortByColumn(WHEN_COLUMN, Qt.SortOrder.AscendingOrder)
    assert [each.name for each in table.selected()] == ["2026-01-01", "2026-01-02"]


def test_the_star_and_the_verdict_say_what_they_are(qtbot: QtBot, theme: ThemeSource) -> None:
    table = SessionTable(theme)
    qtbot.addWidget(table)
    table.show_sessions([session(1, verdict="FAIL", about=About(starred=True, note="<b>bold</b>"))])
    star = table.rows.index(0, STAR_COLUMN)
    assert star.data(Qt.ItemDataRole.AccessibleTextRole) == "starred"
    verdict = table.rows.index(0, VERDICT_COLUMN)
    assert verdict.data(Qt.ItemDataRole.ForegroundRole).color().name() == theme.current.danger
    assert "&lt;b&gt;" in table.rows.index(0, table.rows.columnCount() - 1).data(Qt.ItemDataRole.ToolTipRole)
    starred: list[str] = []
    table.starred.connect(starred.append)
    table.clicked.emit(star)
    table.select({"2026-01-01"})
    qtbot.keyClick(table, Qt.Key.Key_S)
    assert starred == ["2026-01-01"] * 2


def test_the_only_session_is_selected_and_opened_by_keyboard(qtbot: QtBot, theme: ThemeSource) -> None:
    window = QWidget()
    before, table = QPushButton("before"), SessionTable(theme)
    layout = QVBoxLayout(window)
    layout.addWidget(before)
    layout.addWidget(table)
    qtbot.addWidget(window)
    opened: list[str] = []
    table.opened.connect(opened.append)
    table.show_sessions([session(1)])
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert [each.name for each in table.selected()] == ["2026-01-01"]
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == ["2026-01-01"]


def test_a_double_click_opens_a_session_but_not_on_its_star(qtbot: QtBot, theme: ThemeSource) -> None:
    table = SessionTable(theme)
    qtbot.addWidget(table)
    opened: list[str] = []
    table.opened.connect(opened.append)
    table.show_sessions([session(1)])
    table.doubleClicked.emit(table.rows.index(0, STAR_COLUMN))
    assert opened == []
    table.doubleClicked.emit(table.rows.index(0, WHEN_COLUMN))
    assert opened == ["2026-01-01"]


def test_names_have_the_room_of_a_wide_window(qtbot: QtBot, theme: ThemeSource) -> None:
    table = SessionTable(theme)
    qtbot.addWidget(table)
    table.show()

    def widths() -> list[int]:
        return [table.columnWidth(place) for place in (*NAME_COLUMNS, VERDICT_COLUMN)]

    table.resize(840, 300)
    narrow = widths()
    table.resize(1400, 300)
    assert all(wide >= before + 100 for wide, before in zip(widths()[:-1], narrow, strict=False))
    assert widths()[-1] == narrow[-1] + VERDICT_GROWTH_PX, "“LOWER BOUND 100” is not cut"
    assert not table.horizontalScrollBar().isVisible()
    table.resize(840, 300)
    assert widths() == narrow


def test_a_window_of_1280_px_shows_all_columns_beside_the_scroll_bar(qtbot: QtBot, theme: ThemeSource) -> None:
    table = SessionTable(theme)
    qtbot.addWidget(table)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.resize(820, 300)
    table.show()
    assert table.horizontalScrollBar().maximum() == 0
    for finding in ("LOWER BOUND 100", "12 of 20 supported"):
        words_px = table.fontMetrics().horizontalAdvance(f"○ {finding}")
        assert table.columnWidth(VERDICT_COLUMN) >= words_px + CELL_MARGIN_PX, f"“{finding}” is not cut"
