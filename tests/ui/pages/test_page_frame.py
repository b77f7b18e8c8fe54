"""What stands around the pages: it stays, the pages keep their state, and a run is visible from each of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.pages.capacity_page import CapacityPage
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.pages.page_frame import CAPACITY, LIVE, PAGES, TUNE, PageFrame
from flux_desktop.ui.pages.sessions_page import SessionsPage
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def frame(qapp: QApplication, theme: ThemeSource, state: AppState) -> Iterator[PageFrame]:
    heartbeat = Heartbeat()
    live = LivePage(theme, state, heartbeat)
    tune, capacity = partial(TunePage, theme, state), partial(CapacityPage, theme, state)
    frame = PageFrame(theme, state, live, tune, capacity, SessionsPage(theme))
    frame.resize(1280, 760)
    frame.show()
    yield frame
    frame.close()
    frame.deleteLater()
    heartbeat.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def live_page(frame: PageFrame) -> LivePage:
    page = frame.stack.widget(LIVE)
    assert isinstance(page, LivePage)
    return page


def test_the_bar_is_on_top_and_the_status_line_below_on_every_page(frame: PageFrame) -> None:
    page = live_page(frame)
    for index in range(len(PAGES)):
        frame.show_page(index)
        assert frame.current == index
        assert page.run_bar.isVisible()
        assert page.run_bar.y() == 0
        assert page.status.isVisible()
        assert page.status.geometry().bottom() == frame.height() - 1
        assert frame.rail.tiles[index].isChecked()


def test_a_page_is_built_when_it_is_first_shown(frame: PageFrame) -> None:
    assert not frame.stack.findChildren(TunePage)
    frame.show_page(CAPACITY)
    assert not frame.stack.findChildren(TunePage)
    assert isinstance(frame.stack.currentWidget(), CapacityPage)
    frame.show_page(TUNE)
    tune = frame.stack.currentWidget()
    assert isinstance(tune, TunePage)
    frame.show_page(LIVE)
    frame.show_page(TUNE)
    assert frame.stack.currentWidget() is tune


def test_messages_are_seen_on_every_page(frame: PageFrame, qtbot: QtBot) -> None:
    banners = live_page(frame).banners
    banners.show_problem(Problem(code="x", what="It failed."))
    for index in (LIVE, TUNE, LIVE):
        frame.show_page(index)
        qtbot.waitUntil(banners.isVisible)
        assert frame.stack.widget(index).isAncestorOf(banners)


def test_off_live_start_is_quiet_and_names_its_page(frame: PageFrame) -> None:
    start = live_page(frame).run_bar.start_button
    seen = []
    for index in (LIVE, TUNE, LIVE):
        frame.show_page(index)
        seen.append((start.text(), start.property("kind")))
    assert seen == [("Start", "go"), ("Start live", "stop"), ("Start", "go")]


def test_a_run_in_progress_is_marked_on_its_tile(frame: PageFrame, state: AppState) -> None:
    tile = frame.rail.tiles[LIVE]
    state.run.reset(scripted.plan(2))
    state.changed()
    assert tile.busy
    state.run.phase = RunPhase.ENDED
    state.changed()
    assert not tile.busy


def test_the_keyboard_returns_to_where_it_was(frame: PageFrame, qtbot: QtBot) -> None:
    frame.activateWindow()
    chooser = live_page(frame).sound_panel.choose_button
    chooser.setFocus()
    qtbot.waitUntil(chooser.hasFocus)
    frame.show_page(TUNE)
    assert frame.rail.tiles[TUNE].hasFocus()
    tune = frame.stack.widget(TUNE)
    assert isinstance(tune, TunePage)
    tune.setting_panel.eot.slider.setFocus()
    frame.show_page(LIVE)
    assert chooser.hasFocus()
    frame.show_page(TUNE)
    assert tune.setting_panel.eot.slider.hasFocus()


@pytest.mark.parametrize("width_px", [1100, 1280, 1366])
def test_nothing_is_cut_on_the_right_of_live(frame: PageFrame, state: AppState, width_px: int, qtbot: QtBot) -> None:
    page = live_page(frame)
    page.build_plots()
    state.run.reset(scripted.plan(2))
    for event in scripted.scripted_run(2):
        state.run.feed(event)
    page.transcripts.refresh()
    frame.setMinimumSize(1100, 600)  # the window has its own smallest size, which replaces that of the layout
    frame.resize(width_px, 700)
    qtbot.waitUntil(lambda: page.transcripts.geometry().right() < page.plots.geometry().left())
    assert page.plots.geometry().right() < page.width()
    assert frame.width() == width_px


def test_the_keyboard_goes_along_with_the_page_that_a_shortcut_shows(frame: PageFrame) -> None:
    frame.activateWindow()
    button = live_page(frame).sound_panel.wav_button
    button.setFocus()
    for index in (TUNE, CAPACITY):
        frame.show_page(index)
        assert QApplication.focusWidget() is frame.rail.tiles[index], "a page that was not used yet"
    frame.show_page(LIVE)
    assert QApplication.focusWidget() is button, "where it was on this page"
