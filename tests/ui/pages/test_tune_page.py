"""The Tune page: its regions."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.pages.tune_page import LEFT_PX, TunePage
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.panels.tune_bench import record


def test_the_controls_are_on_the_left(qtbot: QtBot, theme: ThemeSource) -> None:
    page = TunePage(theme, AppState())
    qtbot.addWidget(page)
    page.resize(1216, 660)
    page.show()
    panel = page.setting_panel
    assert panel.width() <= LEFT_PX
    assert panel.mapTo(page, panel.rect().topLeft()).x() < 20


@pytest.mark.parametrize("width_px", [1036, 1216, 1856])
def test_nothing_is_cut_in_the_middle(qtbot: QtBot, theme: ThemeSource, width_px: int) -> None:
    page = TunePage(theme, AppState())
    qtbot.addWidget(page)
    record(page.model, Setting(eot=0.6, eager=0.3))
    page.setMinimumSize(600, 400)
    page.resize(width_px, 660)
    page.show()
    page.refresh()
    panel = page.figures_panel
    qtbot.waitUntil(lambda: panel.width() >= panel.minimumSizeHint().width())
    for card in page.preset_cards.cards:
        assert card.width() >= card.minimumSizeHint().width()
    assert page.turns_panel.geometry().right() < page.width()
