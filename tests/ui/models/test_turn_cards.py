"""Cards of turns: the open one is the last, and what was never heard to its end is final or dropped."""

from __future__ import annotations

import pytest

from flux_desktop.base.side_store import SideFile
from flux_desktop.engine.records.events import Received
from flux_desktop.flux.messages import TurnEvent
from flux_desktop.flux.turns import Turn
from flux_desktop.ui.models.turn_cards import TurnCards


@pytest.fixture
def turns() -> TurnCards:
    return TurnCards(None, SideFile())


def said(turns: TurnCards, text: str, t: float = 1.0, event: str = TurnEvent.UPDATE, **more: object) -> None:
    turn = Turn(index=0, transcript=text, start_s=0.2, end_s=t, **more)  # type: ignore[arg-type]
    turns.take(Received(t=t, conn=1, type="TurnInfo", text="", turn_event=event, user_latency_ms=120.0), turn)


def test_a_note_stands_before_the_open_turn_and_is_not_repeated(turns: TurnCards) -> None:
    said(turns, "well")
    assert turns.note("Reconnected.")
    assert not turns.note("Reconnected.")
    assert [card.text for card in turns.cards] == ["Reconnected.", "well"]
    assert turns.open is turns.cards[-1]


def test_an_eager_end_that_held_has_its_lead(turns: TurnCards) -> None:
    said(turns, "well then", 2.0, TurnEvent.EAGER_END_OF_TURN, eager_count=1)
    said(turns, "well then", 2.5, TurnEvent.END_OF_TURN, eager_count=1, ended_by="model")
    assert (turns.open, len(turns.ended)) == (None, 1)
    assert turns.cards[0].eager_lead_ms == pytest.approx(500)
    assert turns.last_end_ms == turns.cards[0].end_ms


@pytest.mark.parametrize(("text", "is_dropped"), [("well", False), ("", True)])
def test_what_ends_with_its_stream_is_final_where_anything_was_said(
    turns: TurnCards, text: str, is_dropped: bool
) -> None:
    said(turns, text)
    assert turns.close(None) is is_dropped
    assert [card.ended_by for card in turns.cards] == ([] if is_dropped else ["closed"])
    assert not turns.close(None), "there is nothing left to drop"


def test_turns_from_before_the_connection_was_watched_come_first(turns: TurnCards) -> None:
    said(turns, "three", 9.0, TurnEvent.END_OF_TURN, ended_by="model")
    turns.take_final_texts(["one", "two", "three"])
    assert [card.text for card in turns.cards] == ["one", "two", "three"]
    assert [card.timed for card in turns.cards] == [False, False, True]
    assert len(turns.ended) == 3
