"""The tiles of a run: how many are shown, and what the heading says."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Percentiles, Verdict
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.presenter.tiles import TileState
from flux_desktop.ui.panels.presenter_tiles import TilesPanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted


def panel_of(qtbot: QtBot, theme: ThemeSource, connections: int) -> TilesPanel:
    state = AppState()
    if connections:
        state.run.reset(scripted.plan(connections))
    panel = TilesPanel(theme, state, lambda: True)
    qtbot.addWidget(panel)
    panel.resize(1800, 900)
    panel.refresh()
    return panel


def test_every_connection_has_a_tile(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = panel_of(qtbot, theme, 50)
    assert panel.title.content == ("50 conversations", True)
    assert dict(panel.key.content or ())[TileState.OPENING] == 50
    assert panel.accessibleDescription() == "50 conversations: 50 opening"


def test_of_more_than_two_hundred_it_says_that_the_first_are_shown(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = panel_of(qtbot, theme, 201)
    assert panel.title.content == ("201 conversations, the first 200 are shown", True)
    assert dict(panel.key.content or ())[TileState.OPENING] == 200


def test_after_the_run_the_heading_states_its_figures(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = panel_of(qtbot, theme, 2)
    update = Percentiles(n=54, p50_ms=5.0)
    panel._state.run.feed(RunEnded(t=9.0, verdict=Verdict.DONE, ledger={}, update=update))
    panel._at_s = 0.0
    panel.refresh()
    assert panel.title.content == ("2 conversations · p50: update 5 ms (n = 54)", True)


def test_before_a_run_there_are_none(qtbot: QtBot, theme: ThemeSource) -> None:
    assert panel_of(qtbot, theme, 0).title.content == ("No conversations yet", True)
