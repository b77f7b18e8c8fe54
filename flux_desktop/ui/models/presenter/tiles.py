"""Every conversation as a tile: its state by colour and shape, and where the tiles stand. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import ConnectionState, ConnectionSummary, Percentiles
from flux_desktop.ui.models import text
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.timeline_facts import LaneSpan

TILES_MAX = 200
EVENT_SHOWN_S = 1.2
"""How long a tile shows that a turn has ended or was resumed."""
BAR_S, BARS = 0.24, 14
"""Seconds of one bar of a tile's loudness, and their number: a tile is painted again with every bar."""
TILE_RATIO = 1.25
"""Width to height that tiles come closest to."""


class TileState(StrEnum):
    """What a tile shows, in the order of the key."""

    SPEAKING = "speaking"
    SILENT = "silent"
    EAGER = "eager end"
    ENDED = "turn ended"
    RESUMED = "resumed"
    LOST = "lost"
    OPENING = "opening"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Tile:
    """One conversation. `turn_ends` counts the ends of turns, so that a view can mark a new one."""

    conn: int
    state: TileState
    turn_ends: int = 0
    bar: int = 0
    """Number of the newest bar of loudness; it grows while audio is sent."""
    figures: tuple[str, ...] = ()
    """What the connection showed, once it is done."""


@dataclass(frozen=True, slots=True)
class TileGrid:
    """Columns and rows of equal tiles."""

    columns: int
    rows: int


def tile_of(conversation: Conversation, now_s: float) -> Tile:
    """The tile of a connection at `now_s` of the run's clock."""
    row = conversation.row
    bar = 0 if row is None else int(row.position_s / BAR_S)
    ends = max(0 if row is None else row.turns, len(conversation.turns))
    return Tile(conversation.conn, _state(conversation, now_s), ends, bar, _figures(conversation.summary))


def _figures(summary: ConnectionSummary | None) -> tuple[str, ...]:
    if summary is None or summary.ledger not in text.GOOD_CLASSES:
        return ()
    update = summary.update
    words = () if update.p50_ms is None else (f"update p50 {text.milliseconds(update.p50_ms)}", f"n = {update.n:,}")
    return (amount(summary.turns, "turn"), *words)


def result_words(ended: RunEnded | None) -> str:
    """The figures of a run that has ended, over all conversations; empty before."""
    if ended is None:
        return ""
    end = ended.figures.get("end_of_turn", Percentiles())
    figures = (("update", ended.update), ("end of turn", end))
    words = [f"{name} {text.milliseconds(figure.p50_ms)} (n = {figure.n:,})" for name, figure in figures if figure.n]
    return f"p50: {', '.join(words)}" if words else ""


def _state(conversation: Conversation, now_s: float) -> TileState:
    summary, connection = conversation.summary, conversation.connection_state
    if summary is not None:
        return TileState.DONE if summary.ledger in text.GOOD_CLASSES else TileState.LOST
    if connection is ConnectionState.RECONNECTING:
        return TileState.LOST
    if connection not in {ConnectionState.STREAMING, ConnectionState.DRAINING}:
        return TileState.DONE if conversation.run_over else TileState.OPENING
    before, last = _last_two(conversation)
    recent = last is not None and now_s - last.start_s < EVENT_SHOWN_S
    if conversation.turn_state == "AwaitingEnd":
        return TileState.EAGER
    if conversation.turn_state == "Speaking":
        was_eager = before is not None and before.state == "AwaitingEnd"
        return TileState.RESUMED if recent and was_eager else TileState.SPEAKING
    ended = before is not None and before.state in {"Speaking", "AwaitingEnd"}
    return TileState.ENDED if recent and ended else TileState.SILENT


def _last_two(conversation: Conversation) -> tuple[LaneSpan | None, LaneSpan | None]:
    """The newest two states of the lane, which rows tell too where messages are not watched."""
    lane = conversation.timeline.lane
    return (lane[-2] if len(lane) > 1 else None), (lane[-1] if lane else None)


def counts(tiles: Iterable[Tile]) -> dict[TileState, int]:
    """How many tiles are in each state; states without any are left out, but for the first four."""
    counted = Counter(tile.state for tile in tiles)
    always = {TileState.SPEAKING, TileState.SILENT, TileState.EAGER, TileState.ENDED}
    return {state: counted[state] for state in TileState if counted[state] or state in always}


def grid_of(number: int, width: float, height: float) -> TileGrid:
    """The grid that gives `number` tiles the most room, each about `TILE_RATIO` as wide as high."""
    best, best_size = TileGrid(1, max(1, number)), 0.0
    for columns in range(1, max(1, number) + 1):
        rows = -(-max(1, number) // columns)
        size = min(width / columns / TILE_RATIO, height / rows)
        if size > best_size:
            best, best_size = TileGrid(columns, rows), size
    return best


def moved(chosen: int, step: str, grid: TileGrid, number: int) -> int:
    """The place that an arrow key leads to from the chosen one; it stays within the tiles."""
    by = {"left": -1, "right": 1, "up": -grid.columns, "down": grid.columns}[step]
    return chosen + by if 0 <= chosen + by < number else chosen
