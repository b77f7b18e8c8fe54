"""The transcript stays at its newest turn when its room or the turn changes, unless the user has scrolled up."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.turn_list import TurnList


@pytest.fixture
def turns(theme: ThemeSource, qtbot: QtBot) -> TurnList:
    conversation = Conversation(1)
    for index in range(8):
        conversation.cards.append(Card(index=index, tone="final", text="He was not an ill-disposed young man."))
    turn_list = TurnList(theme, conversation)
    qtbot.addWidget(turn_list)
    turn_list.resize(500, 1200)
    turn_list.show()
    turn_list.refresh()
    qtbot.waitUntil(lambda: turn_list.visualRect(turn_list.turns.index(7)).height() > 0)
    assert turn_list.verticalScrollBar().maximum() == 0, "all turns have room"
    return turn_list


def test_with_less_room_the_newest_turn_is_in_view(turns: TurnList) -> None:
    turns.resize(500, 260)
    bar = turns.verticalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()


def test_who_has_scrolled_up_stays_there(turns: TurnList) -> None:
    turns.resize(500, 260)
    turns.verticalScrollBar().setValue(0)
    turns.resize(500, 200)
    assert turns.verticalScrollBar().value() == 0


@pytest.mark.parametrize("earlier", [2, 8])
def test_a_turn_that_grows_by_lines_stays_in_view(turns: TurnList, earlier: int) -> None:
    live = Card(index=earlier, text="Had he")
    conversation = turns.turns.conversation = Conversation(1)
    for index in range(earlier):
        conversation.cards.append(Card(index=index, tone="final", text="He was not an ill-disposed young man."))
    conversation.cards.append(live)
    turns.resize(500, 320)
    for _ in range(12):
        live.text += " married a more amiable woman,"
        live.revision += 1
        conversation.revision += 1
        turns.refresh()
        assert turns.visualRect(turns.turns.index(earlier)).bottom() <= turns.viewport().height(), live.text
