"""The cards of the presets: figures or the reason for their absence, limits that can be edited."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.panels.preset_cards import PresetCards
from tests.ui.panels.tune_bench import record


@pytest.fixture
def model() -> TuneModel:
    model = TuneModel()
    record(model)
    return model


@pytest.fixture
def cards(qtbot: QtBot, model: TuneModel) -> PresetCards:
    cards = PresetCards(model)
    qtbot.addWidget(cards)
    cards.resize(640, 90)
    return cards


def test_a_decided_preset_shows_figures_with_interval_and_n(cards: PresetCards, model: TuneModel) -> None:
    preset = model.presets[0]
    assert preset.setting is not None
    card = cards.cards[0]
    assert " % cut · " in card.figures.full_text()
    assert "of the holds cut off, wait" in card.figures.toolTip()
    assert "(p50)" in card.figures.toolTip()
    assert "n 40" in card.detail.full_text()
    assert card.setting.full_text() == preset.setting.text
    assert card.reason.isHidden()


def test_an_undecided_preset_says_how_many_holds_are_needed(cards: PresetCards) -> None:
    card = cards.cards[2]
    assert "more holds are needed" in card.reason.text()
    assert card.reason.toolTip()
    assert card.figures.isHidden()
    assert "more holds" in card.accessibleName()


def test_the_selected_card_is_marked(cards: PresetCards, model: TuneModel) -> None:
    assert [card.property("chosen") for card in cards.cards] == ["off", "on", "off"]
    model.choose_preset(2)
    cards.refresh()
    assert [card.property("chosen") for card in cards.cards] == ["off", "off", "on"]


def test_a_card_is_chosen_by_mouse_and_keyboard(cards: PresetCards) -> None:
    chosen: list[int] = []
    cards.chosen.connect(chosen.append)
    QTest.mouseClick(cards.cards[2], Qt.MouseButton.LeftButton)
    QTest.keyClick(cards.cards[0], Qt.Key.Key_Space)
    QTest.keyClick(cards.cards[1], Qt.Key.Key_Return)
    assert chosen == [2, 0, 1]


def test_a_limit_that_is_edited_is_reported(cards: PresetCards) -> None:
    edits: list[tuple[int, float]] = []
    cards.limit_edited.connect(lambda place, share: edits.append((place, share)))
    cards.cards[1].limit.setValue(7.5)
    assert edits == [(1, pytest.approx(0.075))]
    cards.refresh()
    assert len(edits) == 1, "showing the model edits nothing"


def test_before_the_first_recording_there_are_no_figures(qtbot: QtBot) -> None:
    cards = PresetCards(TuneModel())
    qtbot.addWidget(cards)
    assert all("once recorded" in card.reason.text() for card in cards.cards)
