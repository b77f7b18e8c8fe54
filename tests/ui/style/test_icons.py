"""Icons are made once each: Qt keeps a copy of every one that it has painted."""

from __future__ import annotations

from flux_desktop.engine.records.events import ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.panels.conversation_view import state_icon
from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource


def test_a_states_mark_is_the_same_icon_every_time(qapp) -> None:
    theme = ThemeSource(qapp, "dark").current
    keys = []
    for _ in range(2):
        conversation = Conversation(1)
        keys.append(state_icon(conversation, theme).cacheKey())
        conversation.ended(ConnectionEnded(t=1.0, summary=ConnectionSummary(conn=1, ledger=LedgerClass.FAILED)))
        keys.append(state_icon(conversation, theme).cacheKey())
    assert keys[:2] == keys[2:]
    assert keys[0] != keys[1]


def test_a_buttons_icon_is_the_same_in_the_same_colours(qapp) -> None:
    assert icons.icon("play", "#fff").cacheKey() == icons.icon("play", "#fff").cacheKey()
    assert icons.icon("play", "#fff").cacheKey() != icons.icon("play", "#000").cacheKey()
