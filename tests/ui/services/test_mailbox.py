"""The bounded mailbox between engine and screen."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from flux_desktop.engine.records.events import ConnectionChanged, Event, Received, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState
from flux_desktop.ui.services.mailbox import DRAIN_BUDGET_S, TEXT_INTERVAL_S, Mailbox, RefreshClock
from tests.engine.messages import received
from tests.ui import scripted


def update(number: int, event: str = "Update") -> Received:
    return received(number, 1, scripted.turn_info(event, 0, number, number, "words", 0.1))


def test_events_come_out_in_order() -> None:
    mailbox = Mailbox()
    events = [update(number) for number in range(5)]
    for event in events:
        mailbox.put(event)
    assert [mailbox.take() for _ in range(6)] == [*events, None]


def test_a_full_mailbox_drops_what_is_replaced_anyway_and_nothing_else() -> None:
    mailbox = Mailbox(limit=100)
    ends = [update(number, "EndOfTurn") for number in range(10)]
    state = ConnectionChanged(t=0, conn=1, state=ConnectionState.STREAMING)
    mailbox.put(state)
    for number in range(500):
        mailbox.put(update(number))
        mailbox.put(Snapshot(t=number, ledger={}))
        if number % 50 == 0:
            mailbox.put(ends[number // 50])
    assert len(mailbox) <= 110
    assert mailbox.dropped > 800
    left: list[Event] = []
    while (event := mailbox.take()) is not None:
        left.append(event)
    assert [event for event in left if event in ends] == ends
    assert state in left


def test_one_tick_spends_a_bounded_time_on_events(qapp: QApplication) -> None:
    mailbox = Mailbox()
    for number in range(2_000):
        mailbox.put(update(number))
    seen: list[Event] = []
    now_s = 100.0

    def slow(event: Event) -> None:
        nonlocal now_s
        now_s += 0.0005
        seen.append(event)

    drawn: list[str] = []
    clock = RefreshClock(
        mailbox,
        slow,
        on_curves=[lambda: drawn.append("curves")],
        on_texts=[lambda: drawn.append("texts")],
        on_labels=[lambda: drawn.append("labels")],
        clock_s=lambda: now_s,
    )
    clock.tick()
    assert len(seen) == pytest.approx(DRAIN_BUDGET_S / 0.0005, abs=1)
    assert drawn == ["curves", "texts", "labels"]
    clock.tick()
    assert drawn == ["curves", "texts", "labels", "curves"]
    now_s = 100.01 + TEXT_INTERVAL_S
    clock.tick()
    assert drawn[4:] == ["curves", "texts"]


def test_a_full_mailbox_keeps_the_newest_row_of_every_connection() -> None:
    """Snapshots have only the rows that changed: a row that was dropped would stay stale for good."""
    mailbox = Mailbox(limit=20)
    for tick in range(40):
        row = ConnectionRow(conn=tick % 4, turns=tick)
        mailbox.put(Snapshot(t=tick, ledger={"streaming": tick}, rows=[row]))
    rows: dict[int, int] = {}
    ledger: dict[str, int] = {}
    while (event := mailbox.take()) is not None:
        assert isinstance(event, Snapshot)
        rows.update((row.conn, row.turns) for row in event.rows)
        ledger = event.ledger
    assert rows == {0: 36, 1: 37, 2: 38, 3: 39}
    assert ledger == {"streaming": 39}
    assert mailbox.dropped > 0
