"""The Tune page: its regions."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.pages.tune_page import LEFT_PX, TunePage
from flux_desktop.ui.style.theme import ThemeSource


def test_the_controls_are_on_the_left(qtbot: QtBot, theme: ThemeSource) -> None:
    page = TunePage(theme, AppState())
    qtbot.addWidget(page)
    page.resize(1216, 660)
    page.show()
    panel = page.setting_panel
    assert panel.width() <= LEFT_PX
    assert panel.mapTo(page, panel.rect().topLeft()).x() < 20
