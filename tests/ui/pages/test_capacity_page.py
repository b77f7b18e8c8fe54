"""The Capacity page: its regions at several widths, before and after a search."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.pages.capacity_page import CapacityPage
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.capacities import report


@pytest.mark.parametrize("width_px", [1036, 1216, 1856])
def test_nothing_is_cut(qtbot: QtBot, theme: ThemeSource, width_px: int) -> None:
    page = CapacityPage(theme, AppState())
    qtbot.addWidget(page)
    page.model.report = report()
    page.model.rungs = list(page.model.report.rungs)
    page.setMinimumSize(600, 400)
    page.resize(width_px, 660)
    page.show()
    page.refresh()
    assert page.rungs_panel.geometry().right() < page.width()
    assert page.rungs_panel.table.rowCount() == 5
    for panel in (page.inputs, page.prices_panel):
        assert panel.minimumSizeHint().width() <= panel.width()
    assert page.answer.number.text() == "46"
    assert page.answer.verdict.text() == "BRACKETED"


def test_an_example_is_offered_before_the_first_search(qtbot: QtBot, theme: ThemeSource) -> None:
    page = CapacityPage(theme, AppState())
    qtbot.addWidget(page)
    page.show()
    assert page.curve_panel.sample_button.isVisible()
    assert not page.answer.isVisible()
    assert not page.rungs_panel.isVisible()
    assert not page.timeline_panel.isVisible()
