"""Windows on small screens: they open within them, and their pages can be scrolled to everything."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.screen_fit import FRAME, PAGE_SMALLEST, WINDOW_SMALLEST, PageScroller, fitted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting


@pytest.mark.parametrize(
    ("screen", "wanted"),
    [
        ((1366, 768), (1440, 900)),
        ((1280, 720), (1440, 900)),
        ((911, 512), (1440, 900)),  # 1366 by 768 at 150 %
        ((683, 384), (1440, 900)),  # at 200 %
        ((1366, 768), (3800, 2100)),  # remembered from a larger screen
    ],
)
def test_a_window_fits_with_its_frame(screen: tuple[int, int], wanted: tuple[int, int]) -> None:
    size = fitted(QSize(*wanted), QSize(*screen))
    assert (size + FRAME).width() <= screen[0]
    assert (size + FRAME).height() <= screen[1]


def test_a_window_that_fits_keeps_its_size() -> None:
    assert fitted(QSize(1200, 700), QSize(1920, 1080)) == QSize(1200, 700)
    assert fitted(QSize(1200, 700), QSize(200, 100)) == WINDOW_SMALLEST


def test_pages_are_scrolled_where_they_have_no_room_but_the_presenter_is_not(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await until(lambda: bool(window.live_page.plots.plots), "the window is complete")
        window.resize(5000, 4000)
        choices = window.state.choices
        await until(lambda: (choices.width, choices.height) == (5000, 4000), "it is remembered")
        window.fit_to_screen()
        assert window.size() == fitted(QSize(5000, 4000), window.screen().availableGeometry().size())
        await until(lambda: window.scroller.width() == window.width(), "it is laid out")
        assert (choices.width, choices.height) == (5000, 4000), "what was chosen on a larger screen stays"
        window.resize(683, 340)
        await until(lambda: window.size() == QSize(683, 340), "the window is small")
        bars = window.scroller.horizontalScrollBar(), window.scroller.verticalScrollBar()
        assert all(bar.maximum() > 0 for bar in bars)
        assert window.frame.size() == PAGE_SMALLEST
        window.toggle_presenter()
        await until(lambda: all(bar.maximum() == 0 for bar in bars), "the presenter view fits")
        window.toggle_presenter()
        await until(lambda: all(bar.maximum() > 0 for bar in bars), "the page is scrolled again")
        window.resize(1300, 800)
        await until(lambda: all(bar.maximum() == 0 for bar in bars), "the page fits")

    stage(Waiting, live)


def test_the_tab_key_scrolls_and_a_disabled_button_does_not(qtbot: QtBot) -> None:
    pages = QWidget()
    near, far = QPushButton("Stop", pages), QPushButton("Save", pages)
    near.move(0, 0)
    far.move(PAGE_SMALLEST.width() - 90, PAGE_SMALLEST.height() - 40)
    scroller = PageScroller(pages)
    qtbot.addWidget(scroller)
    scroller.resize(500, 300)
    scroller.show()
    qtbot.waitExposed(scroller)
    bars = scroller.horizontalScrollBar(), scroller.verticalScrollBar()
    near.setFocus()
    near.setEnabled(False)
    assert scroller.focusWidget() is far
    assert [bar.value() for bar in bars] == [0, 0]
    near.setEnabled(True)
    near.setFocus()
    qtbot.keyClick(near, Qt.Key.Key_Tab)
    assert scroller.focusWidget() is far
    assert all(bar.value() > 0 for bar in bars)
