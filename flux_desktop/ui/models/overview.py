"""The table of all connections as plain data: columns, words and sort keys."""

from __future__ import annotations

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.ui.models import text
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.table_column import TableColumn


def _state(conversation: Conversation) -> str:
    """The turn's state while streaming, the ledger class once ended."""
    if conversation.connection_state is ConnectionState.STREAMING:
        return text.TURN_STATE_WORDS.get(conversation.turn_state, conversation.turn_state)
    if conversation.summary is not None:
        back = conversation.summary.reconnects
        return f"{conversation.summary.ledger}, {amount(back, 'gap')}" if back else str(conversation.summary.ledger)
    return conversation.absence.state if conversation.run_over else text.STATE_WORDS[conversation.connection_state]


def _turns(conversation: Conversation) -> int:
    if conversation.summary is not None:
        return conversation.summary.turns
    return max(0 if conversation.row is None else conversation.row.turns, len(conversation.turns))


def _p50(conversation: Conversation) -> float | None:
    return None if conversation.row is None else conversation.row.update_p50_ms


def _p95(conversation: Conversation) -> float | None:
    return None if conversation.row is None else conversation.row.update_p95_ms


def _pacing(conversation: Conversation) -> float | None:
    return None if conversation.row is None else conversation.row.pacing_p99_ms


def _text(conversation: Conversation) -> str:
    newest_text = next((card.text for card in reversed(conversation.cards) if card.tone != "note" and card.text), "")
    return newest_text or ("" if conversation.row is None else conversation.row.text)


def _problem(conversation: Conversation) -> str:
    if conversation.summary is not None and conversation.summary.problem is not None:
        return conversation.summary.problem.sentence()
    return "" if conversation.row is None or conversation.row.problem is None else conversation.row.problem.sentence()


COLUMNS: tuple[TableColumn[Conversation], ...] = (
    TableColumn("#", "connection number", lambda t: str(t.conn), lambda t: t.conn, 44, right=True),
    TableColumn("State", "state of the connection or its turn; outcome when it has ended", _state, _state, 108),
    TableColumn("Turns", "ended turns", lambda t: str(_turns(t)), _turns, 48, right=True),
    TableColumn(
        "p50", "median update latency (user clock)", lambda t: text.milliseconds(_p50(t)), _p50, 60, right=True
    ),
    TableColumn(
        "p95",
        "p95 of the update latency (user clock)",
        lambda t: text.milliseconds(_p95(t)),
        _p95,
        60,
        right=True,
    ),
    TableColumn(
        "Pacing", "how late chunks were sent, p99", lambda t: text.milliseconds(_pacing(t)), _pacing, 60, right=True
    ),
    TableColumn("Clip", "clip of the data set that is being sent", lambda t: t.clip, lambda t: t.clip or None, 120),
    TableColumn("Last text", "most recent text", _text, _text, 150),
    TableColumn("Problem", "why the connection ended early", _problem, _problem, 160),
)
PROBLEM_COLUMN = len(COLUMNS) - 1
TEXT_COLUMN = PROBLEM_COLUMN - 1
CLIP_COLUMN = TEXT_COLUMN - 1
