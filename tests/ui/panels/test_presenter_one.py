"""What the presenter says while it shows no run, and the room that the words at its foot have."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.panels.presenter import Presenter
from flux_desktop.ui.panels.presenter_one import GO_BACK, IDLE_NOT_READY, Words
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted


def test_a_failure_is_shown_where_its_message_is_covered(qtbot: QtBot, theme: ThemeSource) -> None:
    state = AppState()
    page = LivePage(theme, state, Heartbeat())
    qtbot.addWidget(page)
    words = Words(state)
    page.banners.show_problem(Problem(code="hint", what="A hint.", todo="Nothing."), "warn")
    assert words.of(None).hint == IDLE_NOT_READY
    page.banners.show_problem(Problem(code="gone", what="x is not a session folder.", todo="Choose another."))
    assert words.of(None).hint == f"x is not a session folder. Choose another. {GO_BACK}"
    page.banners.clear()
    assert words.of(None).hint == IDLE_NOT_READY


def test_the_source_has_the_room_that_the_counters_leave(qtbot: QtBot, theme: ThemeSource) -> None:
    state = AppState()
    view = Presenter(theme, state)
    qtbot.addWidget(view)
    view.resize(1920, 1080)
    view.show()
    state.run.reset(scripted.plan(3))
    view._slow_at_s = 0.0
    view.refresh()
    assert view.counters.content
    assert view.source.geometry().right() < view.counters.geometry().left()
    assert view.counters.width() == view.counters.needed_px < 500 < 1000 < view.source.width()
    view.choice.counters_shown = False
    view._slow_at_s = 0.0
    view.refresh()
    assert view.source.width() > 1500
