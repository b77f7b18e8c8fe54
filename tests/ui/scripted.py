"""A run written by hand: the events an engine would give for the bundled conversation, for tests and pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    RunEnded,
    RunStarted,
    Snapshot,
)
from flux_desktop.engine.records.facts import (
    ConnectionRow,
    ConnectionState,
    ConnectionSummary,
    LedgerClass,
    Percentiles,
    Verdict,
)
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.flux.options import FluxOptions
from tests.engine.messages import Messages

SENTENCES = (
    "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.",
    "He was not an ill-disposed young man,",
    "unless to be rather cold-hearted and rather selfish is to be ill-disposed.",
    "Had he married a more amiable woman, he might have been made still more respectable than he was:",
    "he might even have been made amiable himself.",
)

WIRE_LESS_MS = 11.0
"""What the wire clock leaves out."""


def plan(connections: int = 2, **changes: object) -> RunPlan:
    """A plan for the scripted run."""
    options = FluxOptions(eot_threshold=0.7, eager_eot_threshold=0.5, eot_timeout_ms=5000)
    fields: dict[str, object] = {"endpoint": "local", "source": WavSource(path="conversation.wav"), "options": options}
    return RunPlan(connections=connections, **{**fields, **changes})  # type: ignore[arg-type]


def turn_info(event: str, index: int, sequence_id: int, end_s: float, words: str, sure: float, **more: object) -> str:
    """The JSON of one TurnInfo."""
    body = {
        "type": "TurnInfo",
        "event": event,
        "request_id": "01a059ba",
        "sequence_id": sequence_id,
        "turn_index": index,
        "audio_window_start": 0.0,
        "audio_window_end": end_s,
        "transcript": words,
        "words": [{"word": word, "confidence": 0.4 if len(word) > 9 else 0.95} for word in words.split()],
        "end_of_turn_confidence": sure,
        **more,
    }
    return json.dumps(body, separators=(",", ":"))


def conversation_events(
    conn: int, sentences: tuple[str, ...], shift_s: float = 0.0, messages: Messages | None = None
) -> Iterator[Event]:
    """One connection's messages; `sentences` one turn each, a word every 0.24 s. Connections may share `messages`."""
    yield ConnectionChanged(t=0.2, conn=conn, state=ConnectionState.CONNECTING)
    yield ConnectionChanged(t=0.4, conn=conn, state=ConnectionState.OPENED)
    messages = messages or Messages()
    connected = '{"type":"Connected","request_id":"01a059ba","sequence_id":0}'
    yield messages.received(0.5, conn, connected)
    yield ConnectionChanged(t=0.5, conn=conn, state=ConnectionState.STREAMING, request_id="01a059ba-1583")
    at_s, number = 0.6 + shift_s, 1
    for index, sentence in enumerate(sentences):
        words = sentence.split()
        for word_count in range(1, len(words) + 1):
            event = "StartOfTurn" if word_count == 1 else "Update"
            transcript = " ".join(words[:word_count]).lower().rstrip(".,:")
            text = turn_info(event, index, number, at_s, transcript, 0.02 + 0.1 * (word_count % 5))
            late_ms = 240.0 + 25 * (word_count % 7) + 8 * conn
            yield messages.received(
                at_s + 0.3, conn, text, user_latency_ms=late_ms, wire_latency_ms=late_ms - WIRE_LESS_MS
            )
            at_s, number = at_s + 0.24, number + 1
        if index % 2:
            text = turn_info("EagerEndOfTurn", index, number, at_s, sentence, 0.55)
            yield messages.received(at_s + 0.3, conn, text)
            number += 1
            if index == 3:
                text = turn_info("TurnResumed", index, number, at_s + 0.2, sentence, 0.3)
                yield messages.received(at_s + 0.5, conn, text)
                text = turn_info("EagerEndOfTurn", index, number + 1, at_s + 0.3, sentence, 0.55)
                yield messages.received(at_s + 0.6, conn, text)
                number += 2
        at_s += 0.5
        text = turn_info("EndOfTurn", index, number, at_s, sentence, 0.91 - 0.04 * index, trigger="model")
        yield messages.received(at_s + 0.25, conn, text, user_latency_ms=251 + 9 * index)
        at_s, number = at_s + 0.6, number + 1


def scripted_run(
    connections: int = 2,
    sentences: tuple[str, ...] = SENTENCES,
    end: bool = True,
    snapshot_ticks: int = 1,
    **changes: object,
) -> list[Event]:
    """A whole run, in the order of time, with a snapshot every `snapshot_ticks` tenths of a second.

    `changes` are those of its plan.
    """
    events: list[Event] = [
        RunStarted(t=0.1, wall_time="2026-11-23T14:02:00+00:00", plan=plan(connections, **changes), version="test")
    ]
    messages = Messages()
    for conn in range(1, connections + 1):
        events += conversation_events(conn, sentences, 0.07 * conn, messages)
    last_t = max(getattr(event, "t", 0.0) for event in events)
    events += _snapshots(connections, last_t, snapshot_ticks)
    if end:
        for conn in range(1, connections + 1):
            summary = ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED, turns=len(sentences))
            events.append(ConnectionEnded(t=last_t + 1, summary=summary))
        ledger = {str(LedgerClass.COMPLETED): connections}
        events.append(RunEnded(t=last_t + 1.1, verdict=Verdict.DONE, ledger=ledger))
    return sorted(events, key=lambda event: getattr(event, "t", 0.0))


def _snapshots(connections: int, until_s: float, ticks: int) -> Iterator[Event]:
    for tick in range(6, int(until_s * 10), ticks):
        t = tick / 10
        rows = [
            ConnectionRow(
                conn=conn,
                state=ConnectionState.STREAMING,
                turn_state="Speaking",
                request_id="01a059ba-1583",
                update_latency_ms=240.0 + 25 * (tick % 7),
                position_s=t - 0.5,
            )
            for conn in range(1, connections + 1)
        ]
        yield Snapshot(
            t=t,
            ledger={str(ConnectionState.STREAMING): connections},
            rows=rows,
            update=Percentiles(n=tick, p50_ms=251.0, p95_ms=312.0 + tick % 9, p99_ms=398.0, max_ms=402.0),
            wire=Percentiles(n=tick, p50_ms=240.0, p95_ms=300.0, p99_ms=380.0, max_ms=390.0),
            pacing=Percentiles(n=tick, p50_ms=0.6, p95_ms=1.2, p99_ms=1.8, max_ms=3.0),
            chunks_sent=tick * connections,
            messages_received=tick,
            cpu_percent=4.0,
        )
