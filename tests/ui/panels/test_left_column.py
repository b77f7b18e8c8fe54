"""The left column: panels from top to bottom, of a fixed width, scrolled where the window is low."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.panels.left_column import LEFT_PX, left_column


def panel(height: int) -> QWidget:
    made = QWidget()
    made.setFixedHeight(height)
    return made


def test_panels_stand_below_each_other_in_their_order(qtbot: QtBot) -> None:
    first, second = panel(100), panel(50)
    area = left_column(first, second)
    qtbot.addWidget(area)
    area.resize(LEFT_PX, 400)
    area.show()
    assert first.y() == 0
    assert second.y() >= 100
    assert first.width() == second.width() == area.viewport().width()
    assert area.verticalScrollBar().maximum() == 0


def test_it_scrolls_up_and_down_only_and_keeps_its_width(qtbot: QtBot) -> None:
    area = left_column(panel(600))
    qtbot.addWidget(area)
    area.resize(900, 200)
    area.show()
    assert area.width() == LEFT_PX
    assert area.verticalScrollBar().maximum() > 0
    assert area.horizontalScrollBar().maximum() == 0
