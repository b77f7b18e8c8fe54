"""A session recorded by version 0.1.0 opens: a run whose stream was cut, and whose parameters were changed."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from flux_desktop.engine.recording.legacy import LegacyReader, is_legacy
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Received,
    RunEnded,
    Snapshot,
    TranscriptProvenance,
    encode_event,
)
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.run_result import RunResult

SESSION = Path(__file__).parent / "schema_1"


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(read_session(SESSION))


def test_every_line_is_read(events: list[Event]) -> None:
    lines = [line for path in SESSION.glob("*.jsonl") for line in path.read_bytes().splitlines()]
    assert len(events) == len(lines)
    kinds = {type(event) for event in events}
    assert kinds >= {ConnectionChanged, ConnectionEnded, Received, RunEnded, Snapshot, TranscriptProvenance}


def test_its_turns_are_those_of_its_summary(events: list[Event]) -> None:
    result = RunResult()
    for event in events:
        result.feed(event)
    (summary,) = result.ordered_summaries
    assert (summary.reconnects, summary.ledger.value) == (1, "completed")
    assert [turn.transcript for turn in result.turns(1)] == [text for text in summary.final_texts if text]


def test_turns_and_times_count_over_its_streams(events: list[Event]) -> None:
    turns = [event.turn for event in events if isinstance(event, Received) and event.turn is not None]
    assert [turn.index for turn in turns] == sorted(turn.index for turn in turns)
    assert [turn.end_s for turn in turns] == sorted(turn.end_s for turn in turns)
    assert {turn.ended_by for turn in turns} >= {None, "model"}


def test_messages_have_their_parsed_facts(events: list[Event]) -> None:
    received = [event for event in events if isinstance(event, Received)]
    assert [event.type for event in received[:2]] == ["Connected", "ConfigureSuccess"]
    raw = [json.loads(event.text) for event in received]
    assert [event.turn_event for event in received] == [message.get("event", "") for message in raw]
    assert [event.eot_confidence for event in received] == [message.get("end_of_turn_confidence") for message in raw]


def test_a_row_s_thresholds_are_what_is_in_force(events: list[Event]) -> None:
    rows = [row for event in events if isinstance(event, Snapshot) for row in event.rows]
    parameters = rows[-1].parameters
    assert parameters is not None
    assert (parameters.in_force.eot_threshold, parameters.in_force.eager_eot_threshold) == (0.8, 0.5)


def test_a_turn_that_was_open_when_the_stream_was_lost_is_closed(events: list[Event]) -> None:
    closed = [e.closed_turn for e in events if isinstance(e, ConnectionChanged) and e.closed_turn is not None]
    assert [turn.ended_by for turn in closed] == ["closed"]


@pytest.mark.parametrize(
    "event",
    [
        Received(t=1.0, conn=1, type="TurnInfo", text='{"type":"TurnInfo"}', turn=Turn(index=0)),
        ConnectionChanged(t=1.0, conn=1, state=ConnectionState.STREAMING),
        Snapshot(t=1.0, ledger={}),
    ],
)
def test_events_of_today_are_not_taken_for_old_ones(event: Event) -> None:
    assert not is_legacy(encode_event(event))


@pytest.mark.parametrize(
    "line", [b"", b"not json", b"[]", b'{"event":"stream"}', b'{"event":"received","t":1}', b"\xff"]
)
def test_what_cannot_be_read_is_an_error_of_one_kind(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        LegacyReader().read(line)
