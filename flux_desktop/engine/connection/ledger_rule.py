"""Which ledger class a connection ends in. Pure: each planned connection is counted in exactly one."""

from __future__ import annotations

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass

_BY_STATE = {
    ConnectionState.WAITING: LedgerClass.NOT_STARTED,
    ConnectionState.CONNECTING: LedgerClass.NOT_STARTED,
    ConnectionState.OPENED: LedgerClass.NEVER_CONNECTED,
}


def when_drained(*, is_complete: bool, has_text: bool) -> LedgerClass:
    """For a connection that has sent all its audio and closed; `is_complete` where every answer came."""
    if not is_complete:
        return LedgerClass.FAILED
    return LedgerClass.COMPLETED if has_text else LedgerClass.NO_TRANSCRIPT


def when_abandoned(state: ConnectionState, *, was_tried: bool) -> LedgerClass:
    """For a connection that the run ended in this state; `was_tried` where it waited for another attempt to open."""
    ledger = _BY_STATE.get(state, LedgerClass.FAILED)
    return LedgerClass.CONNECT_FAILED if was_tried and ledger is LedgerClass.NOT_STARTED else ledger
