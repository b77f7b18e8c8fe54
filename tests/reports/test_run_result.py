"""The summary lines that scripts read, the final summary, and a run folded from its events."""

from __future__ import annotations

import json

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Notice,
    RunEnded,
    RunStarted,
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
from flux_desktop.flux.messages import ConfigureFailure, ConfigureSuccess, ThresholdsInForce
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.accuracy import ConnectionAccuracy
from flux_desktop.reports.run_result import RunResult, final_summary
from flux_desktop.reports.summary_jsonl import connection_object, summary_jsonl
from tests.engine.messages import Messages, received
from tests.reports.recorded_talk import small_accuracy

REFUSED = Problem(code="connect_refused", what="Refused.", why="Nothing listens.", todo="Start it.")
GOOD = ConnectionSummary(
    conn=1,
    ledger=LedgerClass.COMPLETED,
    request_id="r-1",
    chunks_sent=100,
    sent_bytes=256_000,
    turns=2,
    event_counts={
        "Connected": 1,
        "StartOfTurn": 2,
        "Update": 30,
        "EagerEndOfTurn": 3,
        "TurnResumed": 1,
        "EndOfTurn": 2,
    },
    final_texts=["Hello there.", "", " Fine. "],
    configure_acks=[ConfigureSuccess(thresholds=ThresholdsInForce(None, 0.8, 6000), keyterms=["a"])],
    configure_failures=[ConfigureFailure(code="INVALID_THRESHOLD", description="no")],
    violations={"sequence_gap": 2},
    languages_detected=["en"],
    languages_hinted=["en", "es"],
    first_end_of_turn_s=2.5,
    connected_s=0.25,
    duration_s=12.34567,
    update=Percentiles(n=30, p50_ms=100.0, p95_ms=200.0, p99_ms=300.0, max_ms=310.0),
)
BAD = ConnectionSummary(conn=2, ledger=LedgerClass.CONNECT_FAILED, problem=REFUSED, duration_s=0.1)

# The names that scripts around the former stress test read.
FORMER_FIELDS = [
    "connection_id",
    "request_id",
    "connected",
    "errored",
    "error_messages",
    "chunks_sent",
    "bytes_sent",
    "turns_eot",
    "turns_eager",
    "turns_resumed",
    "starts_of_turn",
    "updates",
    "event_counts",
    "configure_success",
    "configure_failure",
    "configure_acks",
    "configure_failures",
    "languages_detected",
    "languages_hinted",
    "combined_final_text",
    "first_eot_latency_s",
    "session_duration_s",
]


def test_one_object_a_line_with_every_former_field_first() -> None:
    lines = summary_jsonl([GOOD, BAD]).splitlines()
    assert [json.loads(line)["connection_id"] for line in lines] == [1, 2]
    for line in lines:
        assert list(json.loads(line))[: len(FORMER_FIELDS)] == FORMER_FIELDS


def test_a_line_has_the_accuracy_of_its_connection() -> None:
    figures = ConnectionAccuracy(conn=2, words=small_accuracy().words)
    accuracy = msgspec.structs.replace(small_accuracy(), connections=[figures])
    first, second = (json.loads(line) for line in summary_jsonl([GOOD, BAD], accuracy=accuracy).splitlines())
    assert first["accuracy"] is None
    assert second["accuracy"]["words"][0]["normalised"]["errors"]["n"] == 10
    assert (first["schema"], second["schema"]) == (3, 3)


def test_a_good_connection() -> None:
    entry = connection_object(GOOD)
    assert {name: entry[name] for name in FORMER_FIELDS} == {
        "connection_id": 1,
        "request_id": "r-1",
        "connected": True,
        "errored": False,
        "error_messages": [],
        "chunks_sent": 100,
        "bytes_sent": 256_000,
        "turns_eot": 2,
        "turns_eager": 3,
        "turns_resumed": 1,
        "starts_of_turn": 2,
        "updates": 30,
        "event_counts": {"StartOfTurn": 2, "Update": 30, "EagerEndOfTurn": 3, "TurnResumed": 1, "EndOfTurn": 2},
        "configure_success": 1,
        "configure_failure": 1,
        "configure_acks": [
            {"thresholds": {"eot_threshold": 0.8, "eot_timeout_ms": 6000}, "keyterms": ["a"], "language_hints": []}
        ],
        "configure_failures": [{"code": "INVALID_THRESHOLD", "description": "no"}],
        "languages_detected": ["en"],
        "languages_hinted": ["en", "es"],
        "combined_final_text": "Hello there. Fine.",
        "first_eot_latency_s": 2.75,
        "session_duration_s": 12.3457,
    }
    assert entry["update_latency_user_clock"]["p95_ms"] == 200.0
    assert entry["update_latency_user_clock"]["n"] == 30
    assert entry["ledger"] == "completed"


def test_a_failed_connection() -> None:
    entry = connection_object(BAD)
    assert (entry["connected"], entry["errored"]) == (False, True)
    assert entry["error_messages"] == ["Refused. Nothing listens. Start it."]
    assert entry["error_code"] == "connect_refused"
    assert entry["first_eot_latency_s"] is None


def test_which_endings_are_errors() -> None:
    entry = {name: connection_object(ConnectionSummary(conn=1, ledger=name)) for name in LedgerClass}
    assert {name for name in LedgerClass if entry[name]["connected"]} == {
        LedgerClass.FAILED,
        LedgerClass.NO_TRANSCRIPT,
        LedgerClass.COMPLETED,
    }
    assert {name for name in LedgerClass if entry[name]["errored"]} == {
        LedgerClass.CONNECT_FAILED,
        LedgerClass.NEVER_CONNECTED,
        LedgerClass.FAILED,
        LedgerClass.GENERATOR_LOST,
    }


def test_a_lost_generators_connection_was_connected_where_connected_came() -> None:
    lost = ConnectionRow(conn=1, chunks_sent=3, sent_bytes=7680).cut_off(REFUSED, LedgerClass.GENERATOR_LOST)
    entry = connection_object(lost)
    assert (entry["connected"], entry["chunks_sent"], entry["bytes_sent"]) == (False, 3, 7680)
    assert connection_object(msgspec.structs.replace(lost, request_id="r"))["connected"]


def run_of(*summaries: ConnectionSummary) -> tuple[RunResult, RunEnded]:
    result = RunResult()
    plan = RunPlan(endpoint="local", source=WavSource(path="a.wav"), connections=len(summaries))
    ledger = dict.fromkeys((name.value for name in LedgerClass), 0)
    for summary in summaries:
        ledger[summary.ledger.value] += 1
    ended = RunEnded(t=13.0, verdict=Verdict.DONE, ledger=ledger, update=GOOD.update)
    result.feed(RunStarted(t=0.0, wall_time="2026-01-01T00:00:00Z", plan=plan, version="1.0"))
    messages = Messages()
    for index, text in enumerate(("Hello there.", "Fine")):
        event = "EndOfTurn" if index == 0 else "Update"
        message = {"type": "TurnInfo", "event": event, "turn_index": index, "transcript": text}
        result.feed(messages.received(1.0, 1, json.dumps(message)))
    result.feed(Notice(t=2.0, problem=Problem(code="stereo", what="Mixed down.")))
    for summary in summaries:
        turn = messages.receiver(1).close() if summary.conn == 1 else None
        result.feed(ConnectionEnded(t=12.0, summary=summary, closed_turn=turn))
    result.feed(ended)
    return result, ended


def test_a_run_is_folded_from_its_events() -> None:
    result, _ = run_of(GOOD, BAD, ConnectionSummary(conn=3, ledger=LedgerClass.CONNECT_FAILED, problem=REFUSED))
    assert result.connections == [1, 2, 3]
    assert [(turn.transcript, turn.ended_by) for turn in result.turns(1)] == [
        ("Hello there.", "unknown"),
        ("Fine", "closed"),
    ]
    assert result.turns(2) == []
    assert [(entry.problem.code, entry.connections) for entry in result.problems] == [("connect_refused", [2, 3])]
    assert result.completed == 1
    assert result.event_counts["Update"] == 30
    assert result.violations == {"sequence_gap": 2}


def test_a_lost_connection_stays_lost_where_the_recording_of_its_generator_is_added() -> None:
    result = RunResult()
    lost = ConnectionRow(conn=1, chunks_sent=3).cut_off(REFUSED, LedgerClass.GENERATOR_LOST)
    stopped = Problem(code="stopped", what="The run was stopped.")
    own = ConnectionSummary(conn=1, ledger=LedgerClass.FAILED, problem=stopped, chunks_sent=9, turns=2)
    for summary in (lost, own):
        result.feed(ConnectionEnded(t=4.0, summary=summary))
    (summary,) = result.ordered_summaries
    assert (summary.ledger, summary.problem) == (LedgerClass.GENERATOR_LOST, REFUSED)
    assert (summary.chunks_sent, summary.turns) == (9, 2), "what it did is known now"


def test_every_planned_connection_has_a_summary() -> None:
    result, _ = run_of(GOOD)
    assert [(each.conn, each.ledger) for each in result.planned_summaries(2)] == [
        (1, LedgerClass.COMPLETED),
        (2, LedgerClass.NOT_STARTED),
    ]


def test_a_turn_that_a_new_stream_cuts_is_kept() -> None:
    result = RunResult()
    cut = Turn(index=0, transcript="so", end_s=2.0, ended_by="closed")
    result.feed(ConnectionChanged(t=2.0, conn=1, state=ConnectionState.STREAMING, rotations=1, closed_turn=cut))
    result.feed(received(3.0, 1, '{"type":"TurnInfo","event":"EndOfTurn","turn_index":1,"transcript":"so"}'))
    assert [(turn.index, turn.ended_by) for turn in result.turns(1)] == [(0, "closed"), (1, "unknown")]


def test_a_turn_whose_end_was_not_received_is_kept() -> None:
    result, messages = RunResult(), Messages()
    for index, event in ((0, "StartOfTurn"), (1, "StartOfTurn"), (2, "Update")):
        text = "" if event == "Update" else f"turn {index}"
        body = f'{{"type":"TurnInfo","event":"{event}","turn_index":{index},"transcript":"{text}"}}'
        result.feed(messages.received(index, 1, body))
    assert [turn.transcript for turn in result.turns(1)] == ["turn 0", "turn 1"]


def test_turns_are_not_kept_where_none_are_wanted() -> None:
    result = RunResult(keep_turns=False)
    result.feed(received(1.0, 1, '{"type":"TurnInfo","event":"EndOfTurn","transcript":"x"}'))
    assert result.turns(1) == []


def test_the_final_summary_adds_up() -> None:
    result, ended = run_of(GOOD, BAD)
    entry = json.loads(msgspec.json.encode(final_summary(result, ended, exit_code=1, session_folder="/s")))
    assert entry["planned"] == sum(entry["ledger"].values()) == 2
    assert (entry["verdict"], entry["exit_code"], entry["endpoint"], entry["version"]) == ("DONE", 1, "local", "1.0")
    assert entry["update_latency_user_clock"] == {
        "n": 30,
        "p50_ms": 100.0,
        "p95_ms": 200.0,
        "p99_ms": 300.0,
        "max_ms": 310.0,
    }
    assert entry["problems"] == [{"problem": msgspec.to_builtins(REFUSED), "connections": [2]}]
    assert entry["notices"][0]["code"] == "stereo"
    assert (entry["turns"], entry["chunks_sent"], entry["session_folder"]) == (2, 100, "/s")
    assert (entry["schema"], entry["accuracy"]) == (7, None)


def test_the_final_summary_has_the_accuracy_of_the_recording() -> None:
    result, ended = run_of(GOOD, BAD)
    entry = json.loads(msgspec.json.encode(final_summary(result, ended, accuracy=small_accuracy())))
    assert entry["accuracy"]["words"][0]["normalised"]["rate"]["value"] == 0.4
    assert entry["accuracy"]["turns"]["missed"]["n"] == 8
    assert entry["accuracy"]["worst"][0]["pairs"][1] == ["quick", "quiet"]
