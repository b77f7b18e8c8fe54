"""Figures and states as the window writes them."""

from __future__ import annotations

import pytest

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.flux.turns import TurnState
from flux_desktop.ui.models import text


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-3.0, "00:00"), (0.0, "00:00"), (65.9, "01:05"), (3599.0, "59:59"), (3600.0, "1:00:00"), (36_061.0, "10:01:01")],
)
def test_clock(seconds: float, shown: str) -> None:
    assert text.clock(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.4, "0 ms"), (312.6, "313 ms"), (9_999.0, "9999 ms"), (10_000.0, "10.0 s"), (-12_340.0, "-12.3 s")],
)
def test_milliseconds(value: float | None, shown: str) -> None:
    assert text.milliseconds(value) == shown


@pytest.mark.parametrize(("share", "shown"), [(None, "–"), (0.0, "0 %"), (0.725, "72 %"), (1.0, "100 %")])
def test_percent(share: float | None, shown: str) -> None:
    assert text.percent(share) == shown


def test_span_of_an_open_turn_has_its_start_only() -> None:
    assert text.span(1.25, None).startswith("1.2 s")
    assert "2.0" not in text.span(1.25, None)
    assert text.span(1.0, 2.04) == "1.0 – 2.0 s"


def test_a_ledger_without_its_empty_classes() -> None:
    assert text.ledger_sentence({"streaming": 8, "waiting": 0, "completed": 2}) == "8 streaming · 2 completed"
    assert text.ledger_sentence({"streaming": 0}) == ""
    assert text.ledger_sentence({"completed": 1200}) == "1,200 completed"
    assert text.ledger_sentence({"generator lost": 2}) == "2 lost with a generator"


def test_every_state_has_words() -> None:
    assert set(text.STATE_WORDS) == set(ConnectionState)
    assert set(text.TURN_STATE_WORDS) == {str(state) for state in TurnState}
    assert len(set(text.STATE_WORDS.values())) == len(ConnectionState)


def test_only_completed_connections_count_as_good() -> None:
    assert set(text.GOOD_CLASSES) == {LedgerClass.COMPLETED}
