"""The rail: its tiles, what they say, and the keys that step through them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.rail import BAR_PX, RAIL_PX, Rail
from tests.ui.pixels import mask_of


@pytest.fixture
def rail(qtbot: QtBot, theme: ThemeSource) -> Rail:
    rail = Rail(theme)
    qtbot.addWidget(rail)
    for name in ("Live", "Tune", "More"):
        rail.add(name, "play", "Ctrl+1")
    rail.resize(RAIL_PX, 400)
    return rail


def test_exactly_one_tile_is_checked(rail: Rail) -> None:
    chosen: list[int] = []
    rail.chosen.connect(chosen.append)
    assert [tile.isChecked() for tile in rail.tiles] == [True, False, False]
    rail.tiles[2].click()
    assert chosen == [2]
    assert [tile.isChecked() for tile in rail.tiles] == [False, False, True]


def test_the_arrow_keys_step_and_wrap_around(rail: Rail, qtbot: QtBot) -> None:
    rail.show()
    rail.activateWindow()
    rail.tiles[0].setFocus()
    qtbot.waitUntil(rail.tiles[0].hasFocus)
    chosen: list[int] = []
    rail.chosen.connect(chosen.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(next(tile for tile in rail.tiles if tile.hasFocus()), key)
    assert chosen == [1, 2, 0, 2]


def test_a_run_in_progress_is_painted_and_said(rail: Rail, theme: ThemeSource) -> None:
    tile = rail.tiles[1]
    assert "run" not in tile.accessibleName()

    def greens() -> int:
        return int(mask_of(tile.grab().toImage(), theme.current.ok).sum())

    assert greens() == 0
    tile.set_busy(True)
    assert "a run is in progress" in tile.accessibleName()
    assert greens() > 20


def test_the_page_shown_has_a_bar(rail: Rail, theme: ThemeSource) -> None:
    middle = rail.tiles[0].height() // 2
    blue = QColor(theme.current.accent).rgb()
    bars = [tile.grab().toImage().pixel(BAR_PX // 2, middle) == blue for tile in rail.tiles]
    assert bars == [True, False, False]
