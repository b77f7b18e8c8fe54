"""The table of all connections as plain data: columns, words and sort keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.ui.models import text
from flux_desktop.ui.models.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it means, its words, and what it is sorted by (None sorts last)."""

    name: str
    meaning: str
    words: Callable[[Conversation], str]
    key: Callable[[Conversation], float | str | None]
    width_px: int
    right: bool = False


def _state(talk: Conversation) -> str:
    """The turn's state while streaming, the ledger class once ended."""
    if talk.connection_state is ConnectionState.STREAMING:
        return text.TURN_STATE_WORDS.get(talk.turn_state, talk.turn_state)
    if talk.summary is not None:
        back = talk.summary.reconnects
        return f"{talk.summary.ledger}, {text.count(back, 'gap')}" if back else str(talk.summary.ledger)
    return str(LedgerClass.NOT_STARTED) if talk.run_over else text.STATE_WORDS[talk.connection_state]


def _turns(talk: Conversation) -> int:
    if talk.summary is not None:
        return talk.summary.turns
    return max(0 if talk.row is None else talk.row.turns, len(talk.turns))


def _p50(talk: Conversation) -> float | None:
    return None if talk.row is None else talk.row.update_p50_ms


def _p95(talk: Conversation) -> float | None:
    return None if talk.row is None else talk.row.update_p95_ms


def _pacing(talk: Conversation) -> float | None:
    return None if talk.row is None else talk.row.pacing_p99_ms


def _text(talk: Conversation) -> str:
    said = next((card.text for card in reversed(talk.cards) if card.tone != "note" and card.text), "")
    return said or ("" if talk.row is None else talk.row.text)


def _problem(talk: Conversation) -> str:
    if talk.summary is not None and talk.summary.problem is not None:
        return talk.summary.problem.sentence()
    return "" if talk.row is None or talk.row.problem is None else talk.row.problem.sentence()


COLUMNS = (
    Column("#", "number of the connection", lambda t: str(t.conn), lambda t: t.conn, 44, right=True),
    Column("State", "where the connection or its turn stands, and how the stream ended", _state, _state, 108),
    Column("Turns", "turns ended", lambda t: str(_turns(t)), _turns, 48, right=True),
    Column("p50", "update latency, user clock, median", lambda t: text.milliseconds(_p50(t)), _p50, 60, right=True),
    Column("p95", "update latency, user clock", lambda t: text.milliseconds(_p95(t)), _p95, 60, right=True),
    Column(
        "Pacing", "p99 of the lateness of sending", lambda t: text.milliseconds(_pacing(t)), _pacing, 60, right=True
    ),
    Column("Last text", "the newest text", _text, _text, 150),
    Column("Problem", "why the stream ended early", _problem, _problem, 160),
)


def sorted_connections(talks: list[Conversation], column: int, *, descending: bool) -> list[Conversation]:
    """The connections in the order of a column; what has no value stands last, ties by number."""
    key = COLUMNS[column].key
    known = [talk for talk in talks if key(talk) is not None]
    unknown = [talk for talk in talks if key(talk) is None]
    known.sort(key=lambda talk: (key(talk), talk.conn), reverse=descending)
    return known + unknown


PROBLEM_COLUMN = len(COLUMNS) - 1
TEXT_COLUMN = PROBLEM_COLUMN - 1
