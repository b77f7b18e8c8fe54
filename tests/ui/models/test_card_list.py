"""Hours of cards, and the list that shows them: nothing is lost, and the newest can still change."""

from __future__ import annotations

import random

import pytest

from flux_desktop.base.side_store import SideFile
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.card_list import CardList
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.history import NEWEST_KEPT
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.turn_card import LAYOUTS_MAX, TurnCardDelegate
from flux_desktop.ui.views.turn_list import CARD_ROLE, TurnList, TurnListModel


def card(index: int) -> Card:
    return Card(index=index, tone="final", text=f"this is what turn {index} said", end_s=index + 0.5, unsure=((0, 4),))


def test_older_cards_come_back_as_they_were() -> None:
    cards = CardList(SideFile())
    originals = [card(index) for index in range(5 * NEWEST_KEPT + 7)]
    for each in originals:
        cards.append(each)
    assert len(cards) == len(originals)
    texts = [each.text for each in originals]
    assert [each.text for each in cards] == texts
    assert [each.text for each in reversed(cards)] == texts[::-1]
    assert [each.serial for each in cards] == list(range(len(originals)))
    first = cards[0]
    assert (first.end_s, first.unsure, first.tone) == (0.5, ((0, 4),), "final")
    assert cards[-1] is originals[-1]
    newest = len(originals) - NEWEST_KEPT
    assert [each.index for each in cards[newest - 2 : newest + 2]] == list(range(newest - 2, newest + 2))
    with pytest.raises(IndexError):
        cards[len(originals)]


def test_all_but_the_newest_cards_are_on_disk() -> None:
    cards = CardList(SideFile())
    for index in range(3 * NEWEST_KEPT):
        cards.append(card(index))
    assert (len(cards._older), len(cards._newest)) == (2 * NEWEST_KEPT, NEWEST_KEPT)
    assert cards._older.in_memory_bytes == 0


def test_the_shown_list_follows_whatever_happens_to_the_newest_cards(qtbot) -> None:
    conversation = Conversation(1)
    model = TurnListModel(conversation)
    chance = random.Random(3)

    def texts() -> list[str]:
        return [model.index(row).data(CARD_ROLE).text for row in range(model.rowCount())]

    shown: list[str] = []
    model.dataChanged.connect(
        lambda first, last: shown.__setitem__(slice(first.row(), last.row() + 1), texts()[first.row() : last.row() + 1])
    )
    model.rowsInserted.connect(lambda _parent, first, last: shown.extend(texts()[first : last + 1]))
    model.modelReset.connect(lambda: shown.__setitem__(slice(None), texts()))
    for index in range(400):
        conversation.cards.append(card(index))
        conversation.revision += 1
        act = chance.randrange(4)
        if act == 0:  # a remark in mid-turn stands before the open card
            conversation.cards.insert(len(conversation.cards) - 1, Card(index=-1, tone="note", text=f"note {index}"))
        elif act == 1:  # the open card goes on
            conversation.cards[-1].text += " and more"
            conversation.cards[-1].revision += 1
        elif act == 2:  # a turn without text is taken away
            conversation.cards.remove(conversation.cards[-1])
        if chance.random() < 0.5:
            model.refresh()
            assert shown == texts() == [each.text for each in conversation.cards]
    model.refresh()
    assert shown == [each.text for each in conversation.cards]


def test_a_word_asks_for_no_other_cards_height_and_keeps_few_layouts(qtbot, qapp, monkeypatch) -> None:
    conversation = Conversation(1)
    for index in range(600):
        conversation.cards.append(card(index))
    shown = TurnList(ThemeSource(qapp, "dark"), conversation)
    qtbot.addWidget(shown)
    shown.resize(500, 600)
    asked: list[Card] = []
    height_of = TurnCardDelegate._height

    def height(self: TurnCardDelegate, card: Card) -> int:
        asked.append(card)
        return height_of(self, card)

    monkeypatch.setattr(TurnCardDelegate, "_height", height)

    def heights() -> list[int]:
        return [shown.visualRect(shown.turns.index(row)).height() for row in range(595, shown.turns.rowCount())]

    def step(*, text: str, tone: str = "listening") -> int:
        """How many cards were asked for their height."""
        asked.clear()
        opened.text, opened.tone = text, tone
        opened.revision += 1
        conversation.revision += 1
        shown.refresh()
        qapp.processEvents()
        return len(asked)

    shown.show()
    opened = Card(index=600, tone="listening", text="and")
    conversation.cards.append(opened)
    assert step(text="and so") >= 600
    before = heights()
    assert step(text="and so it") < 30, "the newest ones, and those in view to be painted"
    assert heights() == before
    step(text="and so it goes on " * 20)
    wrapped = heights()
    assert wrapped[-1] > before[-1]
    step(text=opened.text, tone="final")
    assert heights()[-1] < wrapped[-1], "the meter of an open turn is gone"
    assert shown.verticalScrollBar().value() == shown.verticalScrollBar().maximum(), "it stays at the newest turn"
    assert len(shown.cards._layouts) <= LAYOUTS_MAX
