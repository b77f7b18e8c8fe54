"""Tiles: the state of each conversation, and how they are laid out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, RunEnded
from flux_desktop.engine.records.facts import (
    ConnectionRow,
    ConnectionState,
    ConnectionSummary,
    LedgerClass,
    Percentiles,
    Verdict,
)
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.presenter.tiles import (
    EVENT_SHOWN_S,
    Tile,
    TileGrid,
    TileState,
    counts,
    grid_of,
    moved,
    result_words,
    tile_of,
)


class Life:
    """A connection whose rows are reported."""

    def __init__(self) -> None:
        self.conversation = Conversation(7)
        self.turns = 0

    def state(self, state: ConnectionState, t: float = 0.0) -> None:
        self.conversation.connection_changed(ConnectionChanged(t=t, conn=7, state=state))

    def row(self, t: float, turn_state: str, turns: int = 0) -> None:
        self.conversation.row_changed(t, ConnectionRow(conn=7, turn_state=turn_state, turns=turns, position_s=t))

    def tile(self, now_s: float) -> Tile:
        return tile_of(self.conversation, now_s)


def test_a_tile_follows_the_turn_and_shows_its_end_for_a_moment() -> None:
    life = Life()
    assert life.tile(0.0).state is TileState.OPENING
    life.state(ConnectionState.STREAMING)
    assert life.tile(0.5).state is TileState.SILENT
    for t, turn_state, expected in (
        (1.0, "Ready", TileState.SILENT),
        (2.0, "Speaking", TileState.SPEAKING),
        (3.0, "AwaitingEnd", TileState.EAGER),
        (3.2, "Speaking", TileState.RESUMED),
    ):
        life.row(t, turn_state)
        assert life.tile(t + 0.1).state is expected
    assert life.tile(3.2 + EVENT_SHOWN_S).state is TileState.SPEAKING
    life.row(5.0, "Ready", turns=1)
    assert life.tile(5.1) == Tile(7, TileState.ENDED, turn_ends=1, bar=20)
    assert life.tile(5.0 + EVENT_SHOWN_S).state is TileState.SILENT


@pytest.mark.parametrize(
    ("ledger", "expected"), [(LedgerClass.COMPLETED, TileState.DONE), (LedgerClass.FAILED, TileState.LOST)]
)
def test_a_connection_that_has_ended_is_done_or_lost(ledger: LedgerClass, expected: TileState) -> None:
    life = Life()
    life.conversation.ended(ConnectionEnded(t=1.0, summary=ConnectionSummary(conn=7, ledger=ledger)))
    assert life.tile(1.0).state is expected


def test_a_connection_that_is_done_states_what_it_showed() -> None:
    life, update = Life(), Percentiles(n=1200, p50_ms=5.2, p95_ms=16.0)
    summary = ConnectionSummary(conn=7, ledger=LedgerClass.COMPLETED, turns=6, update=update)
    life.conversation.ended(ConnectionEnded(t=1.0, summary=summary))
    assert life.tile(1.0).figures == ("6 turns", "update p50 5 ms", "n = 1,200")
    ended = RunEnded(
        t=1.0, verdict=Verdict.DONE, ledger={}, update=update, figures={"end_of_turn": Percentiles(n=10, p50_ms=516.0)}
    )
    assert result_words(ended) == "p50: update 5 ms (n = 1,200), end of turn 516 ms (n = 10)"
    assert result_words(None) == ""


def test_a_connection_that_reconnects_is_lost_until_it_is_back() -> None:
    life = Life()
    life.state(ConnectionState.RECONNECTING)
    assert life.tile(0.0).state is TileState.LOST
    life.state(ConnectionState.STREAMING)
    assert life.tile(0.0).state is TileState.SILENT


def test_fifty_tiles_stand_in_ten_columns_on_a_wide_screen() -> None:
    assert grid_of(50, 1800, 860) == TileGrid(10, 5)


@given(number=st.integers(1, 200), width=st.integers(300, 4000), height=st.integers(200, 2200))
def test_every_tile_has_a_place(number: int, width: int, height: int) -> None:
    grid = grid_of(number, width, height)
    assert grid.columns * grid.rows >= number
    assert grid.columns * (grid.rows - 1) < number, "no row is empty"


def test_arrows_stay_within_the_tiles() -> None:
    grid = TileGrid(3, 2)
    steps = {"left": 0, "right": 2, "up": 1, "down": 4}
    assert {way: moved(1, way, grid, 5) for way in steps} == steps
    assert moved(0, "left", grid, 5) == 0
    assert moved(2, "down", grid, 5) == 2


def test_counts_name_the_usual_states_always_and_others_where_there_are_any() -> None:
    tile_counts = counts([Tile(1, TileState.SPEAKING), Tile(2, TileState.LOST)])
    assert tile_counts[TileState.SILENT] == 0
    assert tile_counts[TileState.LOST] == 1
    assert TileState.RESUMED not in tile_counts
