"""The choices of a capacity search, and its button in each state."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity_choices import SAMPLE_SEARCH, SearchChoices
from flux_desktop.ui.panels.capacity_inputs import CapacityInputs


@pytest.fixture
def panel(qtbot: QtBot) -> CapacityInputs:
    panel = CapacityInputs(AppState())
    qtbot.addWidget(panel)
    return panel


def test_what_is_shown_is_what_is_chosen(panel: CapacityInputs) -> None:
    assert panel.choices == SearchChoices()
    panel.show_choices(SAMPLE_SEARCH)
    assert panel.choices == SAMPLE_SEARCH
    changes: list[str] = []
    panel.changed.connect(lambda: changes.append(panel.choices.budget))
    panel.budget.setText("5usd")
    panel.in_phase.click()
    assert panel.choices.in_phase
    assert changes == ["5usd", "5usd"]
    panel.choose_data("calls")
    assert panel.choices.name == "calls"
    assert len(changes) == 3


def test_the_button_searches_and_stops(panel: CapacityInputs) -> None:
    wanted: list[str] = []
    panel.search_wanted.connect(lambda: wanted.append("search"))
    panel.stop_wanted.connect(lambda: wanted.append("stop"))
    looks = []
    for searching, stopping in ((False, False), (True, False), (True, True)):
        panel.show_state(searching=searching, stopping=stopping, can_search=not searching, main=True, effort="5 min")
        looks.append((panel.search_button.text(), panel.search_button.property("kind")))
        assert panel.limits.isEnabled() is not searching
        panel.search_button.click()
    assert looks == [("Search", "go"), ("Stop", "stop"), ("Stopping…", "stop")]
    assert wanted == ["search", "stop"], "stopping once is enough"
    assert panel.cost.text() == "5 min"
    panel.show_progress(0.25, "3 rungs", "about 05:00 left")
    assert panel.progress.bar.value() == 250
