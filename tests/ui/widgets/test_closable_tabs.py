"""Which tabs are closed by the middle button and by the menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from flux_desktop.ui.widgets.closable_tabs import ClosableTabs


class Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.tabs = ClosableTabs()
        qtbot.addWidget(self.tabs)
        for number, name in enumerate(("All", "#1", "#2", "#3")):
            self.tabs.setTabData(self.tabs.addTab(name), number)
        self.closed: list[list[int]] = []
        self.tabs.close_wanted.connect(self.closed.append)
        self.tabs.show()

    def place(self, number: int) -> QPoint:
        position = self.tabs.position_of(number)
        assert position is not None
        return self.tabs.tabRect(position).center()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_the_middle_button_closes_a_tab_but_not_the_first(bench: Bench) -> None:
    for number in (0, 2):
        QTest.mouseClick(bench.tabs, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, bench.place(number))
    assert bench.closed == [[2]]


def test_the_menu_closes_a_tab_or_all_others(bench: Bench) -> None:
    bench.tabs.customContextMenuRequested.emit(bench.place(0))
    assert bench.tabs.findChild(QMenu) is None
    bench.tabs.customContextMenuRequested.emit(bench.place(2))
    menu = bench.tabs.findChild(QMenu)
    assert menu is not None
    for action in menu.actions():
        action.trigger()
    menu.close()
    assert [action.text() for action in menu.actions()] == ["Close #2", "Close Others"]
    assert bench.closed == [[2], [1, 3]]


def test_a_tab_that_is_not_there_has_no_position(bench: Bench) -> None:
    assert bench.tabs.position_of(9) is None
