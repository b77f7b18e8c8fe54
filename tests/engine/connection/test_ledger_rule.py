"""The ledger class of every way in which a connection can end without a failure of its stream."""

from __future__ import annotations

import pytest

from flux_desktop.engine.connection.ledger_rule import when_abandoned, when_drained
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass


@pytest.mark.parametrize(
    ("is_complete", "has_text", "ledger"),
    [
        (True, True, LedgerClass.COMPLETED),
        (True, False, LedgerClass.NO_TRANSCRIPT),
        (False, True, LedgerClass.FAILED),
        (False, False, LedgerClass.FAILED),
    ],
)
def test_a_drained_connection(is_complete: bool, has_text: bool, ledger: LedgerClass) -> None:
    assert when_drained(is_complete=is_complete, has_text=has_text) is ledger


@pytest.mark.parametrize(
    ("state", "was_tried", "ledger"),
    [
        (ConnectionState.WAITING, False, LedgerClass.NOT_STARTED),
        (ConnectionState.CONNECTING, False, LedgerClass.NOT_STARTED),
        (ConnectionState.CONNECTING, True, LedgerClass.CONNECT_FAILED),
        (ConnectionState.OPENED, True, LedgerClass.NEVER_CONNECTED),
        (ConnectionState.STREAMING, False, LedgerClass.FAILED),
        (ConnectionState.RECONNECTING, True, LedgerClass.FAILED),
        (ConnectionState.DRAINING, False, LedgerClass.FAILED),
    ],
)
def test_an_abandoned_connection(state: ConnectionState, was_tried: bool, ledger: LedgerClass) -> None:
    assert when_abandoned(state, was_tried=was_tried) is ledger
